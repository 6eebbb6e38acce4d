package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cwb/internal/testbed"

	"golang.org/x/sync/errgroup"
)

// deployment is the servers of a small Clearwater deployment.
type deployment struct {
	ellis            *testbed.MariaDB
	homer, homestead *testbed.Cassandra
}

// runUp starts the servers below dir, tells where they are, and keeps them until ctx or the
// standard input ends.
func runUp(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		io.Copy(io.Discard, os.Stdin) // its end is what counts, whatever the reason
		cancel()
	}()
	if err := removeEnvironment(dir); err != nil {
		return err
	}
	servers, err := startDeployment(ctx, dir)
	if err == nil {
		err = servers.environment().write(dir)
	}
	if err == nil {
		<-ctx.Done()
	}
	return errors.Join(err, servers.close(), removeEnvironment(dir))
}

// startDeployment starts all servers at once. On an error it gives those that run.
func startDeployment(ctx context.Context, dir string) (*deployment, error) {
	// Once, before the servers ask for it side by side.
	if _, err := testbed.Prepare(ctx); err != nil {
		return &deployment{}, err
	}
	var d deployment
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		d.ellis, err = testbed.StartMariaDB(ctx, testbed.MariaDBOptions{Dir: filepath.Join(dir, "ellis"), BinLog: true})
		return err
	})
	cassandra := func(server **testbed.Cassandra, name string) func() error {
		return func() (err error) {
			*server, err = testbed.StartCassandra(ctx, testbed.CassandraOptions{Dir: filepath.Join(dir, name), ClusterName: name})
			return err
		}
	}
	group.Go(cassandra(&d.homer, "homer"))
	group.Go(cassandra(&d.homestead, "homestead"))
	return &d, group.Wait()
}

// close ends the servers that run.
func (d *deployment) close() error {
	var errs []error
	if d.ellis != nil {
		errs = append(errs, d.ellis.Close())
	}
	for _, server := range []*testbed.Cassandra{d.homer, d.homestead} {
		if server != nil {
			errs = append(errs, server.Close())
		}
	}
	return errors.Join(errs...)
}

// environment says where the servers are.
func (d *deployment) environment() environment {
	env := environment{
		"ELLIS_SOCKET":        d.ellis.Socket,
		"ELLIS_ADDRESS":       d.ellis.Address(),
		"ELLIS_DEFAULTS_FILE": d.ellis.DefaultsFile,
		"ELLIS_DATA":          d.ellis.DataDir,
		"ELLIS_USER":          d.ellis.User,
		"ELLIS_PASSWORD":      d.ellis.Password,
	}
	for prefix, server := range map[string]*testbed.Cassandra{"HOMER": d.homer, "HOMESTEAD": d.homestead} {
		env[prefix+"_ADDRESS"] = server.Address()
		env[prefix+"_NODETOOL"] = server.Nodetool[0]
		env[prefix+"_JMX_PORT"] = fmt.Sprint(server.JMXPort)
		env[prefix+"_DATA"] = server.DataDirs[0]
	}
	return env
}
