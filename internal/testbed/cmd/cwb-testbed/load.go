package main

import (
	"context"

	"cwb/internal/testbed"
	"cwb/internal/testbed/subscribers"

	"github.com/gocql/gocql"
	"golang.org/x/sync/errgroup"
)

// runLoad fills the servers that run in dir.
func runLoad(ctx context.Context, dir string, options subscribers.Options) error {
	env, err := readEnvironment(dir)
	if err != nil {
		return err
	}
	lines := subscribers.Generate(options)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return loadEllis(ctx, env, lines) })
	group.Go(func() error { return loadCassandra(ctx, env["HOMER_ADDRESS"], lines, subscribers.LoadHomer) })
	group.Go(func() error { return loadCassandra(ctx, env["HOMESTEAD_ADDRESS"], lines, subscribers.LoadHomestead) })
	return group.Wait()
}

func loadEllis(ctx context.Context, env environment, lines []subscribers.Line) error {
	db, err := testbed.OpenMariaDB(env["ELLIS_SOCKET"], env["ELLIS_USER"], env["ELLIS_PASSWORD"], "")
	if err != nil {
		return err
	}
	defer db.Close()
	return subscribers.LoadEllis(ctx, db, lines)
}

// loader is one of the functions that fill a keyspace.
type loader func(ctx context.Context, session *gocql.Session, replication int, lines []subscribers.Line) error

func loadCassandra(ctx context.Context, address string, lines []subscribers.Line, load loader) error {
	session, err := testbed.OpenCQL(address, "")
	if err != nil {
		return err
	}
	defer session.Close()
	return load(ctx, session, 1, lines)
}
