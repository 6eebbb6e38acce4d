package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// exportFlags are the flags of cwb export.
type exportFlags struct {
	node string
	out  string
	what executor.Selection
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export SET",
		Short: "Write a MySQL backup as SQL for the stock client",
		Long: `Write the MySQL backup of a set as SQL that the stock client loads: on stdout, or with --out
to a new file (0600, whole or not at all). Every chunk is checked before its rows are
written; when the status is not 0 the output must not be used. Its last line is
"-- cwb export complete".

A Cassandra backup has no text form: its files are the backup. The error tells where they
lie and how to load them by hand.`,
		Args:        argsRange(1, 1, "one SET"),
		Annotations: map[string]string{noJSON: "its result is SQL; leave --json out"},
		RunE:        a.verb(func(ctx context.Context, args []string) error { return a.export(ctx, f, args[0]) }),
	}
	cmd.Flags().StringVar(&f.node, "node", "", "whose backup; needed when the set has several MySQL nodes")
	cmd.Flags().StringArrayVar(&f.what.Databases, "database", nil, "only this database (repeatable)")
	cmd.Flags().StringArrayVar(&f.what.Tables, "table", nil, "only this table, NAME or DATABASE.NAME (repeatable)")
	cmd.Flags().BoolVar(&f.what.DataOnly, "data-only", false, "rows only")
	cmd.Flags().BoolVar(&f.what.SchemaOnly, "schema-only", false, "definitions only")
	cmd.Flags().StringVar(&f.out, "out", "", "write to this new file instead of stdout")
	return cmd
}

func (a *app) export(ctx context.Context, f exportFlags, arg string) error {
	if f.what.DataOnly && f.what.SchemaOnly {
		return usage("--data-only together with --schema-only", "choose one, or neither for both")
	}
	set, err := parseSet(arg)
	if err != nil {
		return err
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	ctx, cancel := a.signals.either(ctx)
	defer cancel()
	node, err := a.exportNode(ctx, policy, f.node, set)
	if err != nil {
		return err
	}
	err = a.exportTo(f.out, func(w io.Writer) error { return a.node(policy, node).Export(ctx, set, f.what, w) })
	if errors.Is(err, executor.ErrNoExport) {
		return byHand(node, set, err)
	}
	return err
}

// exportNode finds whose backup is meant: the named node, or the only MySQL one of the set.
func (a *app) exportNode(ctx context.Context, p *config.Policy, name string, set backup.SetID) (config.Node, error) {
	if name != "" {
		return findNode(p, name)
	}
	state, err := a.observe(ctx, p)
	if err != nil {
		return config.Node{}, err
	}
	var mysql, all []config.Node
	for _, n := range p.Nodes {
		if !hasSet(stateOf(state, n.Addr), set) {
			continue
		}
		all = append(all, n)
		if n.Addr.Kind == backup.MySQL {
			mysql = append(mysql, n)
		}
	}
	switch {
	case len(mysql) == 1:
		return mysql[0], nil
	case len(mysql) == 0 && len(all) > 0:
		return all[0], nil // its error tells how to do it by hand
	case len(all) == 0:
		return config.Node{}, usage(fmt.Sprintf("there is no backup of set %s", set), "cwb list shows the sets")
	}
	return config.Node{}, usage("the set has several MySQL nodes", "name one with --node: "+nodeNames(mysql))
}

func hasSet(n planner.NodeState, set backup.SetID) bool {
	for _, b := range n.Backups {
		if b.Set == set && b.Record != "" {
			return true
		}
	}
	return false
}

// exportTo writes to stdout, or to a new file that appears only when it is whole.
func (a *app) exportTo(out string, export func(io.Writer) error) error {
	if out == "" {
		w := bufio.NewWriterSize(a.stdout, 1<<20)
		if err := export(w); err != nil {
			return err
		}
		return w.Flush()
	}
	return createNew(out, 0o600, export)
}

// byHand tells what to do with a backup that has no text form.
func byHand(n config.Node, set backup.SetID, err error) error {
	detail := fmt.Sprintf("%s is a Cassandra node: its backup are the files under %s/KEYSPACE/TABLE-ID/snapshots/%s",
		n.Addr, n.Cassandra.DataDirs[0], set.Tag(n.Addr))
	remedy := fmt.Sprintf("to load one table by hand: nodetool import --copy-data KEYSPACE TABLE %s/KEYSPACE/TABLE-ID/snapshots/%s (definitions: %s/%s/schema.cql)",
		n.Cassandra.DataDirs[0], set.Tag(n.Addr), n.SnapshotPath, set)
	return &failure{code: exitError, summary: "there is no text form", detail: detail, remedy: remedy, err: err}
}
