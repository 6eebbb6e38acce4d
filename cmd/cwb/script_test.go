package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/internal/engine/mysqlengine"
	"cwb/internal/node"
	"cwb/internal/view/schematest"
	"cwb/planner"
)

// setup gives every script the examples, in lab/ a policy whose paths lie in its own
// directory, where no server answers, and in timed/ the same with cron.
func setup(env *testscript.Env) error {
	env.Setenv("USER", "ops")
	env.Setenv("TERM", "xterm")
	env.Setenv(rootEnv, filepath.Join(env.WorkDir, "root"))
	if err := os.CopyFS(filepath.Join(env.WorkDir, "examples"), os.DirFS("../../examples")); err != nil {
		return err
	}
	text, err := os.ReadFile("testdata/lab/cwb.hcl")
	if err != nil {
		return err
	}
	lab := strings.ReplaceAll(string(text), "/replaced/by/setup", env.WorkDir)
	timed := strings.Replace(lab, `timezone   = "UTC"`, `scheduler  = "cron"`, 1)
	for name, content := range map[string]string{"lab/cwb.hcl": lab, "timed/cwb.hcl": timed} {
		if err := newFile(filepath.Join(env.WorkDir, name), content); err != nil {
			return err
		}
	}
	for _, dir := range []string{"store/ellis", "root/etc/cron.d"} {
		if err := os.MkdirAll(filepath.Join(env.WorkDir, dir), 0o700); err != nil {
			return err
		}
	}
	return nil
}

func newFile(file, content string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(content), 0o644)
}

// scriptCommands are what scripts can do beside starting cwb.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"status":   status,
		"mode":     mode,
		"flip":     flip,
		"saveplan": savePlan,
		"hostile":  hostile,
		"lock":     lock,
		"store":    store,
		"schema":   holdsTo,
		"nowhere":  nowhere,
	}
}

// status CODE COMMAND… runs a command that must end with CODE. Its output can be looked at
// as after exec.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// mode PERM FILE… checks permission bits.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, file := range args[1:] {
		info, err := os.Stat(ts.MkAbs(file))
		ts.Check(err)
		if got := info.Mode().Perm(); got != fs.FileMode(want) {
			ts.Fatalf("%s has mode %o, want %o", file, got, want)
		}
	}
}

// flip FILE TEXT changes one bit of the first byte of TEXT in FILE.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	data, err := os.ReadFile(file)
	ts.Check(err)
	at := bytes.Index(data, []byte(args[1]))
	if at < 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(file, data, 0o600))
}

// savePlan FILE [host=NAME] [age=DURATION] [deployment=NAME] writes a plan for lab/, as cwb
// would have on that host, so long ago.
func savePlan(ts *testscript.TestScript, _ bool, args []string) {
	policy, diags := config.Load(ts.MkAbs("lab"), config.Options{Version: version})
	if diags.HasErrors() {
		ts.Fatalf("%s", diags.JSON())
	}
	host, err := os.Hostname()
	ts.Check(err)
	state := planner.State{At: time.Now().UTC().Truncate(time.Second), Host: host, Deployment: policy.Deployment}
	for _, n := range policy.Nodes {
		state.Nodes = append(state.Nodes, planner.NodeState{Node: n.Addr, Server: planner.Server{Identity: backup.Identity{Machine: "m1", DataDir: "/var/lib/mysql"}}})
	}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		switch key {
		case "host":
			state.Host = strings.ReplaceAll(value, "evil", evil)
		case "age":
			age, err := time.ParseDuration(value)
			ts.Check(err)
			state.At = state.At.Add(-age)
		case "deployment":
			policy.Deployment, state.Deployment = value, value
		default:
			ts.Fatalf("saveplan knows no %q", key)
		}
	}
	plan, err := planner.Diff(policy, state, state.At, planner.Request{Verb: planner.VerbReconcile})
	ts.Check(err)
	plan.Tool = version
	data, err := planner.EncodePlan(plan)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// evil is what a backup's or a server's name could hold: see the tests of view.
const evil = "\x1b]0;owned\x07\x1b[2J\r\u009b31m\u202edoog\x7f"

// hostile STATE FILE writes STATE again with control characters, terminal sequences and
// bidirectional overrides in all that comes from outside.
func hostile(ts *testscript.TestScript, _ bool, args []string) {
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	state, err := planner.DecodeState(data)
	ts.Check(err)
	for i := range state.Nodes {
		n := &state.Nodes[i]
		n.Server.Consistency, n.Server.ConsistencyReason = evil, evil
		n.Server.Notes = []string{evil}
		n.Problems = []string{evil}
		n.Unreadable = []planner.Unreadable{{Path: evil, Error: evil}}
		n.Foreign = append(n.Foreign, backup.Foreign{Node: n.Node, Name: evil, Kind: backup.ForeignOther, Reason: evil})
		n.Lock = &planner.Lock{Who: evil, Command: evil}
	}
	state.Legacy = []planner.LegacyJob{{Path: "/etc/crontab", Line: 1, Text: evil}}
	if len(args) > 2 { // a server that is down explains itself
		state.Nodes[0].Server.Down = evil
	}
	data, err = planner.EncodeState(state)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}

// lock takes the lock of lab's node until the script ends, as another run would.
func lock(ts *testscript.TestScript, _ bool, args []string) {
	policy, diags := config.Load(ts.MkAbs("lab"), config.Options{Version: version})
	if diags.HasErrors() {
		ts.Fatalf("%s", diags.JSON())
	}
	n := policy.Nodes[0]
	held := node.New(n, policy.Deployment, mysqlengine.New(n, mysqlengine.Options{}), node.Options{Now: time.Now})
	session, err := held.Open(context.Background(), planner.Lock{Who: "other@elsewhere, pid 1", Command: "apply\x1b[31m", Since: time.Now()})
	ts.Check(err)
	ts.Defer(func() { _ = session.Close() })
}

// store SET FILE puts a good backup of lab's node into its snapshot_path, whose one file is
// like FILE.
func store(ts *testscript.TestScript, _ bool, args []string) {
	set, err := backup.ParseSetID(args[0])
	ts.Check(err)
	addr, at := backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}, set.Time()
	members, server := []backup.NodeAddr{addr}, backup.Identity{Machine: "m1", DataDir: "/var/lib/mysql"}
	dir, text := ts.MkAbs(filepath.Join("store/ellis", args[0])), []byte(ts.ReadFile(args[1]))
	ts.Check(os.MkdirAll(filepath.Join(dir, "data"), 0o700))
	write := func(name string, data []byte, err error) backup.Digest {
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(dir, name), data, 0o600))
		sum := sha256.Sum256(data)
		return backup.Digest{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(data))}
	}
	file := write("data/1", text, nil)
	begun, err := backup.Encode(backup.Begun{Deployment: "lab", Node: addr, Block: "lines", Set: set, Purpose: backup.ForPolicy,
		Members: members, Identity: server, Began: at, Tool: version})
	write("begun.json", begun, err)
	manifest, err := backup.Encode(backup.Manifest{Node: addr, Set: set, Files: []backup.File{{Path: "data/1", Bytes: file.Bytes, SHA256: file.SHA256}}})
	record, err2 := backup.Encode(backup.Record{Deployment: "lab", Node: addr, Block: "lines", Set: set, Purpose: backup.ForPolicy,
		Members: members, Identity: server, Began: at, Captured: at, Finished: at, Tool: version,
		Totals: backup.Totals{Tables: 1, Rows: 1, Bytes: file.Bytes, Files: 1}, Manifest: write("manifest.json", manifest, err)})
	write("backup.json", record, err2)
}

// nowhere TEXT FILE… checks that no file holds TEXT, below directories too.
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	for _, root := range args[1:] {
		ts.Check(filepath.WalkDir(ts.MkAbs(root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if err == nil && bytes.Contains(data, []byte(args[0])) {
				return fmt.Errorf("%s holds %q", path, args[0])
			}
			return err
		}))
	}
}

// schema NAME FILE holds JSON output to its published schema.
func holdsTo(ts *testscript.TestScript, _ bool, args []string) {
	if err := schematest.Check(args[0], []byte(ts.ReadFile(args[1]))); err != nil {
		ts.Fatalf("%v", err)
	}
}
