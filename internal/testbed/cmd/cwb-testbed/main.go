// Command cwb-testbed runs the servers of a small Clearwater deployment on this machine, for
// the demo and for trying things by hand:
//
//	cwb-testbed up --dir DIR                    starts Ellis' MariaDB, Homer's and Homestead's Cassandra
//	cwb-testbed load --dir DIR --subscribers N  fills them
//	cwb-testbed cql ADDRESS STATEMENT…          talks to one of the Cassandras
//
// up stays in the foreground until its standard input ends or a signal comes, then the servers
// stop. Once all answer, it writes DIR/env: shell assignments that say where they are.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"cwb/internal/testbed/subscribers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "usage: cwb-testbed up --dir DIR\n       cwb-testbed load --dir DIR --subscribers N [--free N] [--seed N]\n       cwb-testbed cql ADDRESS STATEMENT…")
		os.Exit(64)
	case err != nil:
		fmt.Fprintln(os.Stderr, "cwb-testbed:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	if args[0] == "cql" && len(args) > 2 {
		return runCQL(ctx, args[1], args[2:])
	}
	verb, flags := args[0], flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.Usage = func() {}
	dir := flags.String("dir", "", "")
	load := subscribers.Options{}
	if verb == "load" {
		flags.IntVar(&load.Owned, "subscribers", 0, "")
		flags.IntVar(&load.Free, "free", 0, "")
		flags.Uint64Var(&load.Seed, "seed", 1, "")
	}
	if err := flags.Parse(args[1:]); err != nil || *dir == "" || flags.NArg() > 0 {
		return errUsage
	}
	switch verb {
	case "up":
		return runUp(ctx, *dir)
	case "load":
		return runLoad(ctx, *dir, load)
	}
	return errUsage
}
