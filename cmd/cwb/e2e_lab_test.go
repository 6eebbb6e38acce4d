//go:build servers

package main

import (
	"bytes"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	"cwb/internal/testbed"
	"cwb/internal/unitfiles"
)

//go:embed testdata/e2e/policy.hcl.tmpl
var policyTemplate string

// lab is one deployment of a scenario: its policy, places and clock.
type lab struct {
	t      *testing.T
	s      *servers
	dir    string
	root   string // where unit and cron files are, for runs in this process
	policy policyText
	clock  clock

	environ []string // what cwb's environment has besides
}

// policyText is what the template of the policies takes.
type policyText struct {
	Deployment string
	Timezone   string
	Scheduler  string
	Ellis      *nodeText
	Cassandra  []*nodeText
	Blocks     string // more of them, as they are
}

// nodeText is a node in the template.
type nodeText struct {
	Name         string
	Socket       string // Ellis: the socket, or
	Address      string // host:port
	DefaultsFile string
	Nodetool     []string
	DataDirs     []string
	Keyspaces    []string // none: the one of the node's name
	SnapshotPath string
	MinFree      string // none: the default
	Legacy       string // a directory of the old scripts
}

// Members are the policy's nodes as its backup block names them.
func (p policyText) Members() string {
	var names []string
	if p.Ellis != nil {
		names = append(names, "node.mysql.ellis")
	}
	for _, c := range p.Cassandra {
		names = append(names, "node.cassandra."+c.Name)
	}
	return strings.Join(names, ", ")
}

// newLab makes a deployment of all three servers with nothing in it. Its clock stands
// shortly after a midnight that is some weeks ago.
func newLab(t *testing.T, s *servers, change ...func(*lab)) *lab {
	t.Helper()
	l := &lab{t: t, s: s, dir: t.TempDir(), root: t.TempDir()}
	l.policy = policyText{
		Deployment: "site1", Timezone: "UTC", Scheduler: "none",
		Ellis:     &nodeText{Name: "ellis", Socket: s.ellis.Socket, DefaultsFile: s.ellis.DefaultsFile, SnapshotPath: filepath.Join(l.dir, "ellis")},
		Cassandra: []*nodeText{l.cassandra("homer", s.homer), l.cassandra("homestead", s.homestead)},
	}
	for _, f := range change {
		f(l)
	}
	l.clock.set(time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -40).Add(time.Minute))
	l.writePolicy()
	t.Cleanup(func() { s.forgetSnapshots(t) })
	return l
}

func (l *lab) cassandra(name string, c *testbed.Cassandra) *nodeText {
	return &nodeText{Name: name, Address: c.Address(), Nodetool: c.Nodetool, DataDirs: c.DataDirs, SnapshotPath: filepath.Join(l.dir, name)}
}

// onlyEllis leaves Ellis alone in a policy.
func onlyEllis(l *lab) { l.policy.Cassandra = nil }

// withoutHomestead leaves a node of either kind.
func withoutHomestead(l *lab) { l.policy.Cassandra = l.policy.Cassandra[:1] }

func (l *lab) policyFile() string { return filepath.Join(l.dir, "policy", "clearwater.hcl") }

func (l *lab) writePolicy() {
	l.t.Helper()
	var text bytes.Buffer
	parsed, err := template.New("policy").Parse(policyTemplate)
	if err == nil {
		err = parsed.Execute(&text, l.policy)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(l.policyFile()), 0o755)
	}
	if err == nil {
		err = os.WriteFile(l.policyFile(), text.Bytes(), 0o644)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// clock goes at the pace of the real one, from wherever a test sets it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) set(to time.Time) { c.add(to.Sub(c.now())) }

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// nextNight moves the clock to the minute after the next midnight.
func (l *lab) nextNight() {
	l.clock.set(l.clock.now().UTC().Truncate(24 * time.Hour).Add(24*time.Hour + time.Minute))
}

// outcome is how a run of cwb ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// cwb runs the tool in this process, with the lab's clock, and demands an exit status.
func (l *lab) cwb(want exitCode, args ...string) outcome {
	l.t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		args: append([]string{"--policy", l.policyFile()}, args...), environ: environment(),
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
		now: l.clock.now, signals: watchSignals(), schedules: unitfiles.Machine{Root: l.root},
	}
	o := outcome{code: run(a), stdout: stdout.String(), stderr: stderr.String()}
	l.demand(want, o, args)
	return o
}

// exitCodeAny demands nothing of an exit status.
const exitCodeAny exitCode = -1

func (l *lab) demand(want exitCode, o outcome, args []string) {
	l.t.Helper()
	if want != exitCodeAny && o.code != int(want) {
		l.t.Fatalf("cwb %s ended with %d, want %d\n%s%s", strings.Join(args, " "), o.code, want, withoutProgress(o.stdout), o.stderr)
	}
}

// withoutProgress drops the many lines of a stream that say little.
func withoutProgress(stdout string) string {
	var kept strings.Builder
	for line := range strings.Lines(stdout) {
		if !strings.HasPrefix(line, `{"type":"progress"`) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// environment is what cwb and its children get: nothing of the machine that tests run on.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "USER=ops", "LC_ALL=C.UTF-8"}
}
