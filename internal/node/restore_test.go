package node_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/planner"
)

// restoring is a lab with one night's set and a disaster after it.
type restoring struct {
	*lab
	before map[string]string // what the set holds
	after  map[string]string // what the disaster left
}

// disaster takes a set, then empties one table, drops another and fills a new one.
func disaster(l *lab) *restoring {
	r := &restoring{lab: l, before: l.servers[ellis].Content()}
	l.mustRun()
	for _, s := range l.servers {
		s.Empty()
		s.Drop("users")
		s.Write("lines", map[string]string{"9": "written since"})
		s.Write("newer", map[string]string{"n": "made since"})
	}
	r.after = l.servers[ellis].Content()
	return r
}

func newRestoring(t *testing.T) *restoring {
	return disaster(diskLab(t))
}

// restore plans and applies a restore verb in a new process.
func (r *restoring) restore(ctx context.Context, verb planner.Verb, req planner.RestoreRequest) (*planner.Plan, executor.Result, error) {
	w := r.process()
	r.clock.Add(1e9)
	state, err := executor.Observe(ctx, r.policy, w, r.options())
	if err != nil {
		return nil, executor.Result{}, err
	}
	request := planner.Request{Verb: verb, By: "ops@admin", Restore: &req}
	state, err = executor.Examine(ctx, r.policy, w, r.options(), state, r.clock.Now(), request)
	if err != nil {
		return nil, executor.Result{}, err
	}
	plan, err := planner.Diff(r.policy, state, r.clock.Now(), request)
	if err != nil {
		return nil, executor.Result{}, err
	}
	result, err := executor.Apply(ctx, plan, r.policy, w, r.options())
	return plan, result, err
}

func (r *restoring) must(verb planner.Verb, req planner.RestoreRequest) *planner.Plan {
	r.t.Helper()
	plan, result, err := r.restore(context.Background(), verb, req)
	if err != nil {
		r.t.Fatalf("%s: %v", verb, err)
	}
	if code := executor.ExitCode(result, err); code != executor.ExitDone {
		r.t.Fatalf("%s ends with %d: %s", verb, code, failures(result))
	}
	return plan
}

func (r *restoring) holds(what string, want map[string]string) {
	r.t.Helper()
	for addr, s := range r.servers {
		if got := s.Content(); !maps.Equal(got, want) {
			r.t.Errorf("%s: %s holds %v, want %v", what, addr, got, want)
		}
	}
}

// stays is the content of the set with the table that it does not have.
func (r *restoring) stays() map[string]string {
	all := maps.Clone(r.before)
	all["newer/n"] = "made since"
	return all
}

func steps(p *planner.Plan) (ids []string) {
	for _, s := range p.Steps {
		ids = append(ids, string(s.ID))
	}
	return ids
}

func TestRestoreLatestThenConfirm(t *testing.T) {
	r := newRestoring(t)
	plan := r.must(planner.VerbRestore, planner.RestoreRequest{})
	r.holds("restored", r.stays())
	want := []string{
		"verify-cassandra.homer-20261120T000100Z", "verify-mysql.ellis-20261120T000100Z", "take-safety",
		"load-cassandra.homer", "load-mysql.ellis", "truncate-cassandra.homer", "import-cassandra.homer", "swap-mysql.ellis",
	}
	if got := steps(plan); len(got) != len(want) {
		t.Errorf("steps are %v, want %v", got, want)
	}
	state := r.observe(ellis)
	if len(state.Restores) != 1 || state.Restores[0].Unfinished() || state.Restores[0].Safety == "" || !state.Restores[0].Changed {
		t.Fatalf("the record is %+v", state.Restores)
	}
	if got := r.good(ellis); len(got) != 2 {
		t.Fatalf("backups are %v, want the set and the safety backup", got)
	}
	r.must(planner.VerbRestoreConfirm, planner.RestoreRequest{})
	if got := r.good(ellis); len(got) != 1 {
		t.Errorf("after confirming, backups are %v", got)
	}
	if left := r.servers[ellis].Schemas(); len(left) > 0 {
		t.Errorf("schemas are left: %v", left)
	}
	r.holds("confirmed", r.stays())
	if _, _, err := r.restore(context.Background(), planner.VerbRestoreUndo, planner.RestoreRequest{}); !errors.Is(err, planner.ErrRequest) {
		t.Errorf("undo after confirm: %v", err)
	}
}

func TestRestoreThenUndo(t *testing.T) {
	r := newRestoring(t)
	r.must(planner.VerbRestore, planner.RestoreRequest{})
	r.must(planner.VerbRestoreUndo, planner.RestoreRequest{})
	r.holds("undone", r.after)
	if plan := r.mustPlan(); len(plan.Steps) > 0 {
		t.Errorf("the ordinary plan asks for %v", steps(plan))
	}
	r.must(planner.VerbRestore, planner.RestoreRequest{RestoreOptions: backup.RestoreOptions{Exact: true}})
	if got := r.servers[ellis].Content(); !maps.Equal(got, r.before) {
		t.Errorf("exactly restored: %v, want %v", got, r.before)
	}
}

func (r *restoring) mustPlan() *planner.Plan {
	r.t.Helper()
	plan, err := r.plan(context.Background(), r.process())
	if err != nil {
		r.t.Fatal(err)
	}
	return plan
}

func TestRestoreOneTableOfOneNode(t *testing.T) {
	r := newRestoring(t)
	r.must(planner.VerbRestore, planner.RestoreRequest{Nodes: []backup.NodeAddr{ellis}, Tables: []string{"lines"}})
	if got := r.servers[homer].Content(); !maps.Equal(got, r.after) {
		t.Errorf("homer holds %v", got)
	}
	want := map[string]string{"lines/1": "one", "lines/2": "two", "lines/3": "three", "newer/n": "made since"}
	if got := r.servers[ellis].Content(); !maps.Equal(got, want) {
		t.Errorf("ellis holds %v, want %v", got, want)
	}
}

func TestRestoreOfADamagedSetTouchesNothing(t *testing.T) {
	r := newRestoring(t)
	r.damage(ellis)
	plan, result, err := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{})
	if code := executor.ExitCode(result, err); code != executor.ExitError {
		t.Errorf("ends with %d: %v %s", code, err, failures(result))
	}
	if !strings.Contains(failures(result), "content is not what was backed up") {
		t.Errorf("steps %v: %s", steps(plan), failures(result))
	}
	r.holds("refused", r.after)
	if state := r.observe(ellis); len(state.Restores) > 0 || len(state.Backups) > 1 {
		t.Errorf("something was begun: %+v %+v", state.Restores, state.Backups)
	}
}

func TestRestoreOfADamagedSetNamesTheNextOlder(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	older := l.good(ellis)[0]
	l.nextNight()
	r := disaster(l)
	r.damage(ellis)
	_, result, _ := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{})
	if want := "The next older complete set is " + string(older); !strings.Contains(failures(result), want) {
		t.Errorf("%s, want %q", failures(result), want)
	}
	r.must(planner.VerbRestore, planner.RestoreRequest{}) // what is known to be damaged is no more the latest
	if set := r.observe(ellis).Restores[0].Set; set != older {
		t.Errorf("restored %s", set)
	}
	r.holds("restored", r.stays())
}

// damage changes one byte of a chunk.
func (r *restoring) damage(addr backup.NodeAddr) {
	r.t.Helper()
	cfg, _ := r.policy.Node(addr)
	names, err := memengine.Machine{}.List(cfg.SnapshotPath)
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Reverse(names) // of the newest set
	at := slices.IndexFunc(names, func(n string) bool { return strings.HasSuffix(n, ".rows") })
	data, err := memengine.Machine{}.ReadFile(cfg.SnapshotPath, names[at])
	if err != nil {
		r.t.Fatal(err)
	}
	data[len(data)-3] ^= 1
	if err := (memengine.Machine{}).WriteFile(cfg.SnapshotPath, names[at], data); err != nil {
		r.t.Fatal(err)
	}
}

func TestRestoreIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*restoring)
		want  string
	}{
		"server_down":      {func(r *restoring) { r.servers[ellis].SetDown("no route") }, "mysql.ellis: its server is down: no route"},
		"another_identity": {func(r *restoring) { r.servers[homer].Replace(backup.Identity{Cluster: "c1", HostID: "h2"}) }, "--onto-new-identity"},
		"ring_incomplete": {func(r *restoring) {
			memengine.Join(r.servers[homer], memengine.NewServer(backup.Identity{Cluster: "c1", HostID: "h9"}))
		}, "hosts of its ring that take no part: host id h9"},
		"disk_too_small": {func(r *restoring) {
			for i := range r.policy.Nodes {
				r.policy.Nodes[i].MinFree = 1 << 40
			}
		}, "min_free"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRestoring(t)
			c.spoil(r)
			_, _, err := r.restore(context.Background(), planner.VerbRestore, planner.RestoreRequest{})
			var refused *planner.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q", err, c.want)
			}
			r.holds("refused", r.after)
		})
	}
}

func TestRestoreFromAForeignSnapshotAddsNothingElse(t *testing.T) {
	r := newRestoring(t)
	if err := (memengine.Machine{}).WriteFile(r.dataDir(), memengine.Database+"/lines/snapshots/truncated-1/rows.db", []byte(`{"5":"five"}`)); err != nil {
		t.Fatal(err)
	}
	r.must(planner.VerbRestore, planner.RestoreRequest{Foreign: &planner.ForeignName{Node: homer, Name: "truncated-1"}})
	want := map[string]string{"lines/5": "five", "newer/n": "made since"}
	if got := r.servers[homer].Content(); !maps.Equal(got, want) {
		t.Errorf("homer holds %v, want %v", got, want)
	}
	r.must(planner.VerbRestoreUndo, planner.RestoreRequest{})
	if got := r.servers[homer].Content(); !maps.Equal(got, r.after) {
		t.Errorf("undone, homer holds %v, want %v", got, r.after)
	}
}
