package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"cwb/executor"
	"cwb/internal/view"
)

// app is one invocation: everything it may read, write or ask from outside.
type app struct {
	args    []string
	environ []string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time
	signals *signals
	// schedules are the unit and cron files; nil means this machine's.
	schedules executor.Schedules

	flags globalFlags
	// code is what a verb that ended without error wants to exit with.
	code exitCode
	// acted says that steps were begun.
	acted bool
}

// globalFlags are the flags that every verb takes.
type globalFlags struct {
	policy      string
	vars        []string
	varFiles    []string
	json        bool
	color       string
	parallelism int
	lockTimeout time.Duration
	verbose     bool
}

// run executes the command line and returns the exit status. A panic ends in 70, after its
// trace was printed.
func run(a *app) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(a.stderr, "cwb: internal fault: %s\n%s", view.Printable(fmt.Sprint(p)), debug.Stack())
			code = int(exitInternal)
		}
	}()
	defer a.signals.stop()
	a.stdout = &result{Writer: a.stdout}
	root := rootCommand(a)
	root.SetArgs(a.args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	if err := root.ExecuteContext(a.signals.hard); err != nil {
		return int(a.report(err))
	}
	if err := a.lost(); err != nil {
		return int(a.report(err))
	}
	return int(a.code)
}

// rootCommand wires the verbs. A verb is added by one file and one line here.
func rootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "cwb",
		Short:         "Back up a Clearwater deployment: plan, read, apply",
		Long:          rootLong,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.noVerb(cmd, args)
		},
	}
	root.SetFlagErrorFunc(a.flagError)
	a.addGlobalFlags(root)
	root.AddCommand(
		a.initCommand(), a.validateCommand(), a.fmtCommand(),
		a.planCommand(), a.observeCommand(), a.applyCommand(), a.showCommand(),
		a.backupCommand(), a.listCommand(), a.statusCommand(), a.verifyCommand(), a.restoreCommand(), a.exportCommand(),
		a.adoptCommand(), a.holdCommand(), a.unlockCommand(),
		a.scheduleCommand(), a.logCommand(), a.versionCommand(),
	)
	root.SetHelpCommand(a.helpCommand())
	addCompletion(root)
	a.addCompletions(root)
	return root
}

const rootLong = `cwb backs up a Clearwater deployment: Ellis' lines in MySQL or MariaDB, Homer's and
Homestead's subscriber data in Cassandra.

Operators write a policy in HCL. "cwb plan" compares it with the backups that exist and
prints what it would do; "cwb apply" does exactly that. "cwb list" shows what there is.

Exit codes: 0 done or nothing to do; 1 error before any action; 2 steps present (plan
--detailed-exitcode); 3 partly done; 4 a guard held something back; 5 plan stale, used,
expired or altered; 7 status or verify found something wrong; 11 lock held; 12 wrong credentials;
64 usage; 70 internal fault; 130, 143 interrupted.`

func (a *app) addGlobalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.flags.policy, "policy", ".", "directory or file of the policy")
	f.StringArrayVar(&a.flags.vars, "var", nil, "set a policy variable, NAME=VALUE (repeatable)")
	f.StringArrayVar(&a.flags.varFiles, "var-file", nil, "file with NAME = VALUE lines in HCL (repeatable)")
	f.BoolVar(&a.flags.json, "json", false, "write JSON on stdout")
	f.StringVar(&a.flags.color, "color", "auto", "auto, always or never")
	f.IntVar(&a.flags.parallelism, "parallelism", 8, "how many nodes are asked at once")
	f.DurationVar(&a.flags.lockTimeout, "lock-timeout", 0, "how long to wait for a lock that another run holds")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "say more on stderr")
}

// noVerb answers a command line without a known verb.
func (a *app) noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		cmd.SetOut(a.stderr) // the help is no result
		_ = cmd.Help()
		return usage("no verb given", "start with: cwb plan")
	}
	return a.unknownVerb(cmd, args[0])
}

// checkFlags refuses global flags that make no sense, before any verb begins.
func (a *app) checkFlags() error {
	switch a.flags.color {
	case "auto", "always", "never":
	default:
		return usage(fmt.Sprintf("--color %q", a.flags.color), "write auto, always or never")
	}
	if a.flags.parallelism < 1 {
		return usage(fmt.Sprintf("--parallelism %d", a.flags.parallelism), "write a number from 1 on")
	}
	if a.flags.lockTimeout < 0 {
		return usage("negative --lock-timeout", "write a duration such as 30s, or leave it out")
	}
	return nil
}

// verb wraps what a command does: flags are checked first and panics of cobra's own
// callbacks stay with run.
func (a *app) verb(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.checkFlags(); err != nil {
			return err
		}
		if a.flags.json && cmd.Annotations[noJSON] != "" {
			return usage(cmd.CommandPath()+" has no JSON form", cmd.Annotations[noJSON])
		}
		return do(cmd.Context(), args)
	}
}

// noJSON annotates verbs whose result has no JSON form, with what to do instead. To print
// text where JSON was asked for would be worse than to refuse.
const noJSON = "no-json"

// terminal reports whether w is a terminal, and its width.
func terminal(w io.Writer) (bool, int) {
	f, ok := asFile(w)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false, 80
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return true, width
}

// color reports whether output to w is coloured.
func (a *app) color(w io.Writer) bool {
	switch a.flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	if a.env("NO_COLOR") != "" || a.env("TERM") == "dumb" {
		return false
	}
	is, _ := terminal(w)
	return is
}

// env is one variable of the environment, empty when unset.
func (a *app) env(name string) string {
	for _, kv := range a.environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// args0 accepts no arguments.
func args0(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Sprintf("unexpected argument %q", args[0]), "see: "+cmd.CommandPath()+" --help")
	}
	return nil
}

// argsRange accepts from min to max arguments; max < 0 means any number.
func argsRange(min, max int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < min || (max >= 0 && len(args) > max) {
			return usage(fmt.Sprintf("%s takes %s, got %d arguments", cmd.CommandPath(), what, len(args)), "see: "+cmd.CommandPath()+" --help")
		}
		return nil
	}
}

var errInterrupted = errors.New("interrupted")
