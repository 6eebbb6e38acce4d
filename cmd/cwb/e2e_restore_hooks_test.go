//go:build servers

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
)

// hookLab is an Ellis that is lost, with a hook around its restores. The hook's one program
// writes down what it was given and how many numbers Ellis had then.
type hookLab struct {
	*lab
	control    string // files in it say what the program does; see hookProgram
	good, lost map[string]string
	numbers    map[string]string // how many: "good", "lost"
}

// hookProgram, in a directory of its own: PHASE.fail makes it fail, PHASE.hold keeps it
// waiting as long as it is there, with a child in the background; before.break drops what was
// loaded.
const hookProgram = `#!/bin/sh
at=%[1]s
count() { mariadb --defaults-file=%[2]s -N -e "$1"; }
{
	echo "$CWB_PHASE of $CWB_OPERATION, $1, numbers: $(count 'SELECT COUNT(*) FROM ellis.numbers')"
	env | sort | sed 's/^/  /'
} >>$at/said
echo "it says $CWB_PHASE"
if [ -e $at/$CWB_PHASE.hold ]; then
	sleep 1000 &
	echo $! >$at/child
	echo $$ >$at/waiting
	while [ -e $at/$CWB_PHASE.hold ]; do sleep 0.05; done
fi
if [ -e $at/$CWB_PHASE.break ]; then
	for s in $(count "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'cwb\\_%%'"); do
		count "DROP DATABASE $s"
	done
fi
[ ! -e $at/$CWB_PHASE.fail ]
`

func newHookLab(t *testing.T, s *servers) *hookLab {
	t.Helper()
	h := &hookLab{lab: newLab(t, s, onlyEllis), control: t.TempDir(), numbers: map[string]string{"good": "5500", "lost": "110"}}
	h.clock.set(time.Now()) // as for the binary
	layMode(t, filepath.Join(h.control, "hook"), fmt.Sprintf(hookProgram, h.control, s.ellis.DefaultsFile), 0o755)
	h.hooked("60s", "before", "after", "on_failure")
	h.environ = []string{"MYSQL_PWD=canary-in-environment", "CWB_VAR_x=canary-in-variable"}
	h.binary(exitDone, "backup")
	h.good = h.ellisContent()
	h.wreck()
	return h
}

// hooked puts a hook with some commands into the policy.
func (h *hookLab) hooked(timeout string, phases ...string) {
	h.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "\nhook \"service\" {\n  on      = [\"restore\"]\n  timeout = %q\n", timeout)
	for _, phase := range phases {
		fmt.Fprintf(&text, "  %s = [%q, \"$(touch %s/shell)\"]\n", phase, filepath.Join(h.control, "hook"), h.control)
	}
	h.policy.Blocks = text.String() + "}\n"
	h.writePolicy()
}

func (h *hookLab) wreck() {
	h.t.Helper()
	h.s.wreck(h.t)
	h.lost = h.ellisContent()
}

// order makes the program do something in a phase, such as "before.fail".
func (h *hookLab) order(what string) { layFile(h.t, filepath.Join(h.control, what), "") }

// over takes an order back.
func (h *hookLab) over(what string) {
	h.t.Helper()
	if err := os.Remove(filepath.Join(h.control, what)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.t.Fatal(err)
	}
}

// said is what the program has written since it was asked last: its calls, and, indented, the
// environment of each.
func (h *hookLab) said() (calls, environment []string) {
	h.t.Helper()
	text, err := os.ReadFile(filepath.Join(h.control, "said"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.t.Fatal(err)
	}
	h.over("said")
	for line := range strings.Lines(string(text)) {
		if name, inside := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "  "); inside {
			environment = append(environment, name)
		} else {
			calls = append(calls, name)
		}
	}
	return calls, environment
}

// called demands which commands were run, and what Ellis held then: "before of restore, lost".
func (h *hookLab) called(want ...string) []string {
	h.t.Helper()
	calls, environment := h.said()
	for i, call := range want {
		what, held, _ := strings.Cut(call, ", ")
		want[i] = fmt.Sprintf("%s, $(touch %s/shell), numbers: %s", what, h.control, h.numbers[held])
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		h.t.Errorf("the hook was not called as it should be (-want +got):\n%s", diff)
	}
	return environment
}

// unfinished is the id of the one restore that did not end.
func (h *hookLab) unfinished() string {
	h.t.Helper()
	all := slices.DeleteFunc(h.list().Restores, func(r view.RestoreDoc) bool { return r.Status != "unfinished" })
	if len(all) != 1 {
		h.t.Fatalf("the unfinished restores are %s", text(all))
	}
	return all[0].Restore
}

// restoreHooks runs the commands of a hook around restores by the real binary.
func restoreHooks(t *testing.T, s *servers) {
	h := newHookLab(t, s)
	for _, scenario := range []struct {
		name string
		run  func(*hookLab)
	}{
		{"around a restore and its undo", (*hookLab).around},
		{"before fails", (*hookLab).beforeFails},
		{"the swap fails", (*hookLab).swapFails},
		{"after fails", (*hookLab).afterFails},
		{"a command takes too long", (*hookLab).tooLong},
		{"killed in before", (*hookLab).killedBefore},
		{"killed in after", (*hookLab).killedAfter},
		{"nothing that is served is touched", (*hookLab).beside},
	} {
		h.part(t, scenario.name, func() {
			h.wreck()
			scenario.run(h)
			h.nothingBeside()
		})
	}
	if _, err := os.Stat(filepath.Join(h.control, "shell")); err == nil {
		t.Error("a shell saw the arguments")
	}
}

func (h *hookLab) around() {
	shown := h.binary(exitDone, "restore", "--out", filepath.Join(h.dir, "hooked.json")).stdout
	for _, word := range []string{"* run", "hook \"service\"", "$(touch"} {
		if !strings.Contains(shown, word) {
			h.t.Errorf("the plan does not show %q:\n%s", word, shown)
		}
	}
	o := h.binary(exitDone, "restore", "--auto-approve", "--json")
	id := restoreID(h.t, o.stdout)
	environment := h.called("before of restore, lost", "after of restore, good")
	h.ellisIs("after the restore", h.good)
	var want []string
	for _, phase := range []string{"after", "before"} {
		want = append(want, "CWB_DEPLOYMENT=site1", "CWB_NODES=mysql.ellis", "CWB_OPERATION=restore", "CWB_PHASE="+phase,
			"CWB_RESTORE="+id, "CWB_SET="+purposes(h.list(), "manual")[0], "PATH="+os.Getenv("PATH"))
	}
	// PWD, and such, the shell that runs the program adds by itself.
	environment = slices.DeleteFunc(environment, func(v string) bool {
		return slices.ContainsFunc([]string{"PWD=/", "OLDPWD=", "SHLVL=", "_="}, func(p string) bool { return strings.HasPrefix(v, p) })
	})
	slices.Sort(want)
	slices.Sort(environment)
	if diff := cmp.Diff(want, environment); diff != "" {
		h.t.Errorf("the environment of the commands (-want +got):\n%s", diff)
	}
	log := h.binary(exitDone, "log")
	for _, word := range []string{"it says before", "it says after"} {
		if !strings.Contains(log.stdout, word) {
			h.t.Errorf("the journal does not tell %q:\n%s", word, log.stdout)
		}
	}
	if told := o.stdout + o.stderr + log.stdout; strings.Contains(told, "canary") || len(filesWith(h.t, h.control, "canary")) > 0 {
		h.t.Errorf("a secret was told:\n%s", told)
	}
	h.binary(exitDone, "restore", "--undo", id, "--auto-approve")
	h.called("before of undo, good", "after of undo, lost")
	h.ellisIs("after the undo", h.lost)
}

func (h *hookLab) beforeFails() {
	h.order("before.fail")
	o := h.binary(exitPartly, "restore", "--auto-approve")
	h.over("before.fail")
	if !strings.Contains(o.stdout+o.stderr, "it says before") {
		h.t.Errorf("what the command printed is not told:\n%s%s", o.stdout, o.stderr)
	}
	h.called("before of restore, lost", "on_failure of restore, lost")
	h.ellisIs("after the service could not be stopped", h.lost)
	h.binary(exitDone, "restore", "--resume", h.unfinished(), "--auto-approve")
	h.called("before of restore, lost", "after of restore, good")
	h.ellisIs("after it was resumed", h.good)
	h.confirms()
}

func (h *hookLab) swapFails() {
	h.order("before.break")
	h.binary(exitPartly, "restore", "--auto-approve")
	h.over("before.break")
	h.called("before of restore, lost", "on_failure of restore, lost")
	if got := h.ellisContent(); !cmp.Equal(tables(h.lost), tables(got)) {
		h.t.Errorf("after a swap that failed:\n%s", cmp.Diff(tables(h.lost), tables(got)))
	}
	h.binary(exitDone, "restore", "--undo", h.unfinished(), "--auto-approve")
	h.called("before of undo, lost", "after of undo, lost")
	h.ellisIs("after the undo", h.lost)
}

func (h *hookLab) afterFails() {
	h.order("after.fail")
	o := h.binary(exitPartly, "restore", "--auto-approve", "--json")
	h.over("after.fail")
	id := restoreID(h.t, o.stdout)
	if !strings.Contains(o.stdout, "restore --resume "+id) {
		h.t.Errorf("it does not say how to run it again:\n%s", withoutProgress(o.stdout))
	}
	h.called("before of restore, lost", "after of restore, good")
	h.binary(exitDone, "restore", "--resume", id, "--auto-approve")
	h.called("after of restore, good")
	h.ellisIs("after it was resumed", h.good)
	h.confirms()
}

func (h *hookLab) tooLong() {
	h.hooked("1s", "before")
	h.order("before.hold")
	o := h.binary(exitPartly, "restore", "--auto-approve")
	h.over("before.hold")
	if !strings.Contains(o.stdout+o.stderr, "did not end within 1s and was killed") {
		h.t.Errorf("it does not say that the command was killed:\n%s%s", o.stdout, o.stderr)
	}
	for _, name := range []string{"waiting", "child"} {
		h.eventually("the command and its child are gone", func() bool { return !h.runs(name) })
	}
	h.ellisIs("after the command was killed", h.lost)
	h.hooked("60s", "before", "after", "on_failure")
	h.said()
	h.binary(exitDone, "restore", "--undo", h.unfinished(), "--auto-approve")
	h.called("before of undo, lost", "after of undo, lost")
	h.ellisIs("after the undo", h.lost)
}

// runs reports whether the process whose id the program has written still runs.
func (h *hookLab) runs(name string) bool {
	h.t.Helper()
	var pid int
	text, err := os.ReadFile(filepath.Join(h.control, name))
	if err == nil {
		_, err = fmt.Sscan(string(text), &pid)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// killedIn kills a restore while its hook runs a command.
func (h *hookLab) killedIn(phase string) (id string) {
	h.t.Helper()
	h.over("child")
	h.over("waiting")
	h.order(phase + ".hold")
	p := h.start("restore", "--auto-approve", "--json")
	h.eventually("the hook waits", h.waits)
	_ = p.cmd.Process.Kill()
	id = restoreID(h.t, p.end().stdout)
	h.eventually("the command dies with cwb", func() bool { return !h.runs("waiting") })
	h.over(phase + ".hold")
	var child int
	text, err := os.ReadFile(filepath.Join(h.control, "child"))
	if err == nil {
		_, err = fmt.Sscan(string(text), &child)
	}
	if err == nil {
		err = syscall.Kill(child, syscall.SIGKILL) // what it left in the background goes on
	}
	if err != nil {
		h.t.Error(err)
	}
	return id
}

func (h *hookLab) waits() bool {
	text, err := os.ReadFile(filepath.Join(h.control, "waiting"))
	return err == nil && len(text) > 0
}

func (h *hookLab) killedBefore() {
	id := h.killedIn("before")
	h.called("before of restore, lost")
	h.ellisIs("after a kill before anything changed", h.lost)
	h.restoreIs(id, "unfinished")
	h.binary(exitDone, "restore", "--resume", id, "--auto-approve")
	h.called("before of restore, lost", "after of restore, good")
	h.ellisIs("after it was resumed", h.good)
	h.confirms()
}

func (h *hookLab) killedAfter() {
	id := h.killedIn("after")
	h.called("before of restore, lost", "after of restore, good")
	h.ellisIs("after a kill when all had changed", h.good)
	h.binary(exitDone, "restore", "--resume", id, "--auto-approve")
	h.called("after of restore, good")
	h.ellisIs("after it was resumed", h.good)
	h.confirms()
}

func (h *hookLab) beside() {
	h.binary(exitDone, "restore", "--as", "before", "--auto-approve")
	h.confirms()
	h.called()
	mysql(h.t, h.s.ellis, "DROP DATABASE `before`")
	h.ellisIs("beside the restored one", h.lost)
}

// confirms ends a restore, around which no hook runs.
func (h *hookLab) confirms() {
	h.t.Helper()
	h.binary(exitDone, "restore", "--confirm", "--auto-approve")
	h.called()
}
