package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// restoreFlags are the flags of cwb restore.
type restoreFlags struct {
	resume, undo, confirm bool

	nodes     []string
	databases []string
	keyspaces []string
	tables    []string
	from      string
	to        string
	as        string
	out       string
	auto      bool
	options   backup.RestoreOptions
}

func (a *app) restoreCommand() *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:   "restore [SET | latest | NODE/NAME | --resume | --undo | --confirm [RESTORE]]",
		Short: "Bring back what was lost: all, one node, one database, one table",
		Long: `Restore the latest complete set, a set by its id, or a foreign backup by its name (see cwb
list). The plan says what will be replaced, with what, how, what the service will notice, the
disk it needs and what is kept as the undo; then it asks.

Every byte of the backup is read first, and a safety backup of what will be replaced is
taken. Then everything is loaded beside what is served, on every node. Only when all of that
ended well is anything changed: MySQL's tables change places by one statement; Cassandra's
are truncated once for the whole ring and imported. Hooks of the policy stop and start what
uses the tables, right before and after they change.

Until a restore has ended it is a finding of every plan, and cwb verify exits with 7:
--resume does what is left, --undo gives back what was there before. A finished one can be
undone until --confirm drops what it keeps, the safety backup included. All three take the
id of a restore, and need none where only one is meant.

Exit codes: 0 done; 1 refused, or a precondition was not met, and nothing was changed;
3 some steps failed: cwb restore --resume or --undo.`,
		Args: argsRange(0, 1, "at most one backup"),
		RunE: a.verb(func(ctx context.Context, args []string) error { return a.restore(ctx, f, args) }),
	}
	f.add(cmd)
	return cmd
}

func (f *restoreFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.resume, "resume", false, "do what is left of a restore that was cut")
	flags.BoolVar(&f.undo, "undo", false, "give back what was there before a restore")
	flags.BoolVar(&f.confirm, "confirm", false, "drop what a restore keeps as its undo, and its safety backup")
	flags.StringArrayVar(&f.nodes, "node", nil, "only the backup of this node (repeatable)")
	flags.StringArrayVar(&f.databases, "database", nil, "only this database of MySQL nodes (repeatable)")
	flags.StringArrayVar(&f.keyspaces, "keyspace", nil, "only this keyspace of Cassandra nodes (repeatable)")
	flags.StringArrayVar(&f.tables, "table", nil, "only this table, NAME or DATABASE.NAME (repeatable)")
	flags.StringVar(&f.from, "from", "", "where to read the backup from: node")
	flags.StringVar(&f.to, "to", "", "restore onto the server of this node instead of the backup's own")
	flags.StringVar(&f.as, "as", "", "restore as another database or keyspace, beside the live one")
	flags.BoolVar(&f.options.Exact, "exact", false, "tables that the backup does not have go, too")
	flags.BoolVar(&f.options.OnReplica, "on-replica", false, "also on a replica or a read-only server")
	flags.BoolVar(&f.options.OntoNewIdentity, "onto-new-identity", false, "the server need not be the one that the backup was taken from")
	flags.BoolVar(&f.options.SchemaMismatch, "schema-mismatch", false, "the live definitions may differ from those of the backup")
	flags.BoolVar(&f.options.NewerServer, "newer-server", false, "the backup may be of a newer version of the server")
	flags.BoolVar(&f.options.WithoutSafety, "without-safety", false, "go on where no safety backup can be taken")
	flags.StringVar(&f.options.Definer, "definer", "", "of views, triggers and routines: keep (the default), drop, or USER@HOST")
	flags.StringVar(&f.out, "out", "", "save the plan to this new file instead of doing it")
	flags.BoolVar(&f.auto, "auto-approve", false, "do not ask")
}

func (a *app) restore(ctx context.Context, f restoreFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	request, err := a.restoreRequest(ctx, policy, f, args)
	if err != nil {
		return err
	}
	plan, err := a.makePlan(ctx, policy, request, "")
	if err != nil {
		return err
	}
	if f.out == "" {
		return a.askAndRun(ctx, policy, plan, "restore", f.auto)
	}
	if err := a.showPlan(plan); err != nil {
		return err
	}
	return a.savePlan(plan, f.out)
}

// sayNext tells what can be done after a restore that was begun.
func (a *app) sayNext(plan *planner.Plan) {
	for _, s := range plan.Steps {
		load, ok := s.Action.(planner.Load)
		if !ok {
			continue
		}
		switch a.code {
		case exitDone:
			fmt.Fprintf(a.stderr, "cwb: to keep it: cwb restore --confirm %s; to go back: cwb restore --undo %s\n", load.ID, load.ID)
		case exitPartly, exitInterrupted, exitTerminated:
			fmt.Fprintf(a.stderr, "cwb: to finish: cwb restore --resume %s; to go back: cwb restore --undo %s\n", load.ID, load.ID)
		}
		return
	}
}

// check refuses flags that do not go together.
func (f restoreFlags) check() error {
	if f.resume && f.undo || f.resume && f.confirm || f.undo && f.confirm {
		return usage("--resume, --undo and --confirm exclude each other", "write one of them")
	}
	if f.from != "" && f.from != string(backup.OnNode) {
		return usage(fmt.Sprintf("--from %q", f.from), "this version has no copies on targets; backups are read from their nodes: leave --from out")
	}
	if d := f.options.Definer; d != "" && d != "keep" && d != "drop" && !strings.Contains(d, "@") {
		return usage(fmt.Sprintf("--definer %q", d), "write keep, drop, or USER@HOST")
	}
	narrowed := len(f.nodes)+len(f.databases)+len(f.keyspaces)+len(f.tables) > 0 || f.to != "" || f.as != "" || f.options != (backup.RestoreOptions{})
	if f.verb() != planner.VerbRestore && narrowed {
		return usage("--resume, --undo and --confirm go on with a restore as it was begun", "leave the other flags out")
	}
	return nil
}

func (f restoreFlags) verb() planner.Verb {
	switch {
	case f.resume:
		return planner.VerbRestoreResume
	case f.undo:
		return planner.VerbRestoreUndo
	case f.confirm:
		return planner.VerbRestoreConfirm
	}
	return planner.VerbRestore
}

// restoreRequest turns the command line into what the planner is asked.
func (a *app) restoreRequest(ctx context.Context, p *config.Policy, f restoreFlags, args []string) (planner.Request, error) {
	r := &planner.RestoreRequest{Databases: f.databases, Keyspaces: f.keyspaces, Tables: f.tables, As: f.as, RestoreOptions: f.options}
	request := planner.Request{Verb: f.verb(), By: a.who(), Restore: r}
	if len(f.nodes) > 0 {
		nodes, err := findNodes(p, f.nodes)
		if err != nil {
			return request, err
		}
		r.Nodes = addrs(nodes)
	}
	if f.to != "" {
		n, err := findNode(p, f.to)
		if err != nil {
			return request, err
		}
		r.To = &n.Addr
	}
	if len(args) == 0 || args[0] == "latest" && request.Verb == planner.VerbRestore {
		return request, nil
	}
	return request, a.whatToRestore(ctx, p, request.Verb, r, args[0])
}

// whatToRestore reads the id of a set or restore, or else the name of a foreign backup.
func (a *app) whatToRestore(ctx context.Context, p *config.Policy, verb planner.Verb, r *planner.RestoreRequest, name string) error {
	id, err := backup.ParseSetID(name)
	switch {
	case verb != planner.VerbRestore && err != nil:
		return usage(err.Error(), "cwb list shows the ids of restores")
	case verb != planner.VerbRestore:
		r.Restore = id
		return nil
	case err == nil:
		r.Set = id
		return nil
	}
	names, err := a.foreignNames(ctx, p, []string{name})
	if err != nil {
		return err
	}
	r.Foreign = &names[0]
	return nil
}

// refused puts the reasons of a refused restore one below the other.
func refused(err error) *failure {
	var why *planner.RefusedError
	if !errors.As(err, &why) {
		return nil
	}
	lines := make([]string, len(why.Refusals))
	for i, r := range why.Refusals {
		lines[i] = "\n  - " + r.String()
	}
	return &failure{code: exitError, summary: planner.ErrRestoreRefused.Error(), detail: strings.Join(lines, ""), err: err}
}
