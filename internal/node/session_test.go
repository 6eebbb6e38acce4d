package node_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/memengine"
	"cwb/planner"
)

func digestOf(data []byte) backup.Digest {
	sum := sha256.Sum256(data)
	return backup.Digest{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(data))}
}

func removal(addr backup.NodeAddr, b planner.Backup) planner.Remove {
	return planner.Remove{Node: addr, Set: b.Set, Block: b.Block, Record: b.Record}
}

func TestRemoveRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(t *testing.T, l *lab, s executor.Session, a *planner.Remove)
		want   string
	}{
		"changed_record": {func(_ *testing.T, _ *lab, _ executor.Session, a *planner.Remove) { a.Record = strings.Repeat("0", 64) }, "it changed"},
		"other_block":    {func(_ *testing.T, _ *lab, _ executor.Session, a *planner.Remove) { a.Block = "other" }, "it changed"},
		"held": {func(t *testing.T, l *lab, s executor.Session, a *planner.Remove) {
			hold := backup.Hold{Reason: "audit", By: "ops", At: l.clock.Now()}
			if err := s.(executor.Keeper).Hold(context.Background(), a.Set, hold); err != nil {
				t.Fatal(err)
			}
		}, "cwb hold --release"},
		"stranger_inside": {func(t *testing.T, l *lab, _ executor.Session, a *planner.Remove) {
			write(t, l.place(homer, string(a.Set), "notes", "mine.txt"), "x")
		}, "mine.txt was not made by cwb"},
		"link_inside": {func(t *testing.T, l *lab, _ executor.Session, a *planner.Remove) {
			if err := os.Symlink("/etc", l.place(homer, string(a.Set), "etc")); err != nil {
				t.Fatal(err)
			}
		}, "was not made by cwb"},
		"not_there": {func(_ *testing.T, _ *lab, _ executor.Session, a *planner.Remove) { a.Set = "20200101T000000Z" }, "not there"},
		"no_id":     {func(_ *testing.T, _ *lab, _ executor.Session, a *planner.Remove) { a.Set = "../secret" }, "is no set id"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			l := diskLab(t)
			l.mustRun()
			b := l.only(t, homer)
			s := l.session(t, homer)
			a := removal(homer, b)
			c.change(t, l, s, &a)
			err := s.Run(context.Background(), a, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not %q", err, c.want)
			}
			if again := l.only(t, homer); again.Status != planner.Good {
				t.Errorf("it is %s now: %s", again.Status, again.Why)
			}
		})
	}
}

func TestRemoveTakesExactlyItsOwn(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	write(t, filepath.Join(l.dataDir(), "db", "lines", "snapshots", "by-hand", "rows.db"), "{}")
	b := l.only(t, homer)
	s := l.session(t, homer)
	if err := s.Run(context.Background(), removal(homer, b), nil); err != nil {
		t.Fatal(err)
	}
	if tags, _ := l.engine(homer).Tags(); !slices.Equal(tags, []string{"by-hand"}) {
		t.Errorf("snapshots %v", tags)
	}
	if _, err := os.Lstat(l.place(homer, string(b.Set))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestCleanWantsExactlyThatDebris(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	b := l.only(t, homer)
	s := l.session(t, homer)
	if err := s.Run(context.Background(), planner.Clean{Node: homer, Set: b.Set, Begun: b.Record}, nil); err == nil {
		t.Error("a finished backup was cleaned")
	}
	os.Remove(l.place(homer, string(b.Set), "backup.json"))
	debris := l.only(t, homer)
	if err := s.Run(context.Background(), planner.Clean{Node: homer, Set: b.Set, Begun: b.Record}, nil); err == nil {
		t.Error("other debris was cleaned")
	}
	mine := l.place(homer, string(b.Set), "notes", "mine.txt")
	for _, manifest := range []string{"there", "gone"} {
		write(t, mine, "x")
		if manifest == "gone" {
			os.Remove(l.place(homer, string(b.Set), "manifest.json"))
		}
		err := s.Run(context.Background(), planner.Clean{Node: homer, Set: b.Set, Begun: debris.Record}, nil)
		if err == nil || !strings.Contains(err.Error(), "mine.txt was not made by cwb") {
			t.Errorf("with somebody's file in it, and its manifest %s: %v", manifest, err)
		}
	}
	os.RemoveAll(filepath.Dir(mine))
	if err := s.Run(context.Background(), planner.Clean{Node: homer, Set: b.Set, Begun: debris.Record}, nil); err != nil {
		t.Error(err)
	}
	if tags, _ := l.engine(homer).Tags(); len(tags) != 0 || len(l.observe(homer).Backups) != 0 {
		t.Errorf("left: %v", tags)
	}
}

// A thousand flipped bits and every sixteenth cut are found, and recorded; a clean backup
// raises no alarm.
func TestVerifyFindsDamage(t *testing.T) {
	l := diskLab(t)
	rows := map[string]string{}
	for i := range 300 {
		rows[fmt.Sprint(i)] = strings.Repeat("x", i%50)
	}
	l.servers[ellis].Write("lines", rows)
	l.mustRun()
	id := l.only(t, ellis).Set
	var paths []string
	filepath.WalkDir(l.place(ellis, string(id)), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasSuffix(path, ".json") {
			paths = append(paths, path)
		}
		return err
	})
	r := rand.New(rand.NewPCG(7, 7))
	found := func(what string) {
		t.Helper()
		check, err := l.nodeOf(ellis).Check(context.Background(), id, nil)
		if err != nil || check.Good {
			t.Fatalf("%s: %v %v", what, check, err)
		}
	}
	for range 1000 {
		path := paths[r.IntN(len(paths))]
		good := read(t, path)
		bad := []byte(good)
		at := r.IntN(len(bad))
		bad[at] ^= 1 << r.IntN(8)
		write(t, path, string(bad))
		found(fmt.Sprintf("bit %d of %s", at, path))
		write(t, path, good)
	}
	for _, path := range paths {
		good := read(t, path)
		for i := range 16 {
			write(t, path, good[:len(good)*i/16])
			found("cut " + path)
		}
		write(t, path, good)
	}
	if check, err := l.nodeOf(ellis).Check(context.Background(), id, nil); err != nil || !check.Good {
		t.Errorf("a clean backup: %v %v", check, err)
	}
}

func TestVerifyRecordsWhatItFinds(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	b := l.only(t, ellis)
	s := l.session(t, ellis)
	ctx := context.Background()
	if err := s.Run(ctx, planner.Verify{Node: ellis, Set: b.Set, Accept: true}, nil); err != nil {
		t.Fatal(err)
	}
	if got := l.only(t, ellis); !got.VerifiedAt.Equal(l.clock.Now()) || !got.ShrinkAccepted {
		t.Errorf("verified at %s, accepted %v", got.VerifiedAt, got.ShrinkAccepted)
	}
	path := l.place(ellis, string(b.Set), "schema.txt")
	good := read(t, path)
	write(t, path, strings.ToUpper(good))
	if err := s.Run(ctx, planner.Verify{Node: ellis, Set: b.Set}, nil); !errors.Is(err, executor.ErrDamaged) {
		t.Errorf("verifying a damaged one: %v", err)
	}
	if got := l.only(t, ellis); got.Status != planner.Damaged {
		t.Errorf("status %s", got.Status)
	}
	write(t, path, good)
	for range 3 { // in one second, each under a name of its own
		if err := s.Run(ctx, planner.Verify{Node: ellis, Set: b.Set}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMarksAreExclusive(t *testing.T) {
	l := diskLab(t)
	s := l.session(t, ellis)
	ctx := context.Background()
	if err := s.Mark(ctx, "p1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Mark(ctx, "p1"); !errors.Is(err, executor.ErrUsed) {
		t.Errorf("marked again: %v", err)
	}
	for _, id := range []planner.PlanID{"", "..", "a/b", "/x"} {
		if err := s.Mark(ctx, id); err == nil {
			t.Errorf("plan id %q was taken", id)
		}
	}
}

// The journal is bounded, and a torn line costs only itself.
func TestJournal(t *testing.T) {
	l := diskLab(t)
	ctx := context.Background()
	note := func(detail string) {
		s := l.session(t, ellis)
		if err := s.Note(ctx, executor.Entry{Event: executor.StepBegun, Detail: detail}); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	note("one")
	path := l.place(ellis, ".cwb", "journal.jsonl")
	write(t, path, read(t, path)+`{"event":"step_beg`)
	note("two")
	entries, err := l.nodeOf(ellis).Journal(ctx)
	if err != nil || len(entries) != 2 || entries[1].Detail != "two" {
		t.Errorf("%v %v", entries, err)
	}
	s := l.session(t, ellis)
	long := strings.Repeat("x", 100_000)
	for i := range 40 {
		if err := s.Note(ctx, executor.Entry{Event: executor.StepEnded, Detail: fmt.Sprint(i, long)}); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob(l.place(ellis, ".cwb", "journal*"))
	entries, err = l.nodeOf(ellis).Journal(ctx)
	if err != nil || len(files) != 2 || len(entries) < 11 || len(entries) > 22 || !strings.HasPrefix(entries[len(entries)-1].Detail, "39") {
		t.Errorf("%v, %d entries, %v", files, len(entries), err)
	}
}

func TestBeginRefuses(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	s := l.session(t, ellis)
	ctx := context.Background()
	order := executor.Order{Deployment: "site1", Block: "b", Set: l.only(t, ellis).Set}
	if _, err := s.Begin(ctx, order); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a set that is there: %v", err)
	}
	order.Set = "20270101T000000Z"
	l.servers[ellis].SetDown("off")
	if _, err := s.Begin(ctx, order); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("a server that is down: %v", err)
	}
	l.servers[ellis].SetDown("")
	for i := range l.policy.Nodes {
		l.policy.Nodes[i].MinFree = 1 << 60
	}
	s.Close()
	s = l.session(t, ellis)
	if _, err := s.Begin(ctx, order); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("min_free: %v", err)
	}
	if _, err := os.Lstat(l.place(ellis, string(order.Set))); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was left")
	}
}

func TestAdoptIdentity(t *testing.T) {
	l := diskLab(t)
	s := l.session(t, ellis)
	next := backup.Succession{Identity: l.servers[ellis].Identity(), Former: []backup.Identity{{Machine: "old"}}, By: "ops"}
	if err := s.Run(context.Background(), planner.Adopt{Node: ellis, Identity: &next}, nil); err != nil {
		t.Fatal(err)
	}
	if got := l.observe(ellis).Successor; got == nil || got.Identity != next.Identity {
		t.Errorf("successor %v", got)
	}
	next.Identity.Machine = "another"
	if err := s.Run(context.Background(), planner.Adopt{Node: ellis, Identity: &next}, nil); err == nil {
		t.Error("a server that is not there was adopted")
	}
}

// An adopted snapshot is listed as ours, verified where it lies, and removed with its record.
func TestAdoptForeign(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	mem := memengine.Machine{}
	for _, tag := range []string{"by-hand", "other"} {
		if err := mem.WriteFile(l.dataDir(), "db/lines/snapshots/"+tag+"/rows.db", []byte(`{"1":"one"}`)); err != nil {
			t.Fatal(err)
		}
	}
	s := l.session(t, homer)
	ctx := context.Background()
	if err := s.Run(ctx, planner.Adopt{Node: homer, Name: "by-hand"}, nil); err != nil {
		t.Fatal(err)
	}
	state := l.observe(homer)
	b := state.Backups[0]
	if b.Origin != backup.Adopted || b.Foreign != "by-hand" || b.Status != planner.Good {
		t.Fatalf("adopted as %+v", b)
	}
	if len(state.Foreign) != 1 || state.Foreign[0].Name != "other" {
		t.Errorf("foreign: %v", state.Foreign)
	}
	if err := s.Run(ctx, planner.Verify{Node: homer, Set: b.Set}, nil); err != nil {
		t.Error(err)
	}
	if err := s.Run(ctx, removal(homer, b), nil); err != nil {
		t.Fatal(err)
	}
	tags, _ := l.engine(homer).Tags()
	if len(tags) != 2 || tags[1] != "other" {
		t.Errorf("snapshots %v, not ours and the other", tags)
	}
	if err := s.Run(ctx, planner.Adopt{Node: homer, Name: "not-there"}, nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("adopting what is not there: %v", err)
	}
}

func TestHoldAndExport(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	b := l.only(t, ellis)
	s := l.session(t, ellis)
	ctx := context.Background()
	keeper := s.(executor.Keeper)
	for range 2 {
		if err := keeper.Hold(ctx, b.Set, backup.Hold{Reason: "audit", By: "ops", At: l.clock.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.only(t, ellis); got.Held == nil || got.Held.Reason != "audit" {
		t.Errorf("held: %v", got.Held)
	}
	for range 2 {
		if err := keeper.Release(ctx, b.Set); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.only(t, ellis); got.Held != nil {
		t.Errorf("held: %v", got.Held)
	}
	if err := keeper.Hold(ctx, "20200101T000000Z", backup.Hold{}); err == nil {
		t.Error("what is not there was held")
	}
	var out strings.Builder
	if err := l.nodeOf(ellis).Export(ctx, b.Set, executor.Selection{}, &out); err != nil || !strings.Contains(out.String(), "alice") {
		t.Errorf("export: %q %v", out.String(), err)
	}
}

// Who deletes the lock file of a run lets nobody in beside it, and is told the truth.
func TestDeletedLockFile(t *testing.T) {
	l := diskLab(t)
	l.mustRun()
	session := l.session(t, ellis)
	if err := os.Remove(l.place(ellis, ".cwb", "lock")); err != nil {
		t.Fatal(err)
	}
	if second, err := l.nodeOf(ellis).Open(context.Background(), planner.Lock{}); !errors.Is(err, executor.ErrLocked) {
		t.Errorf("a second session: %v, %v", second, err)
	}
	if s := l.observe(ellis); s.Lock == nil {
		t.Error("the lock is not seen")
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.observe(ellis); s.Lock != nil {
		t.Errorf("%v is still there", s.Lock)
	}
}
