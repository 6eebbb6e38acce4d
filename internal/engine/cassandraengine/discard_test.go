package cassandraengine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

func TestDiscardRemovesExactlyItsOwn(t *testing.T) {
	f := newFake(t)
	first, second := f.mustRun(f.spec(0)), f.mustRun(f.spec(1))
	if err := f.engine.Discard(t.Context(), first.begun); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.calls(), "clearsnapshot -t cwb-20261122T000000Z-homer -- homer\n") {
		t.Errorf("calls:\n%s", f.calls())
	}
	left, _ := snapshotFolders([]string{f.data}, []string{"homer"}, second.begun.Tag)
	if len(left) != 2 {
		t.Errorf("the other backup has %d folders left", len(left))
	}
	f.nodetool("exit 1")
	if err := f.engine.Discard(t.Context(), first.begun); err != nil {
		t.Errorf("nothing left to remove: %v", err)
	}
}

func TestDiscardRefuses(t *testing.T) {
	cases := map[string]func(*backup.Begun){
		"another tag":          func(b *backup.Begun) { b.Tag = "cwb-20261122T000000Z-homestead" },
		"an operator's tag":    func(b *backup.Begun) { b.Tag = "before-upgrade" },
		"no tag":               func(b *backup.Begun) { b.Tag = "" },
		"a set that is none":   func(b *backup.Begun) { b.Set = "latest"; b.Tag = "cwb-latest-homer" },
		"no keyspaces":         func(b *backup.Begun) { b.Keyspaces = nil },
		"an option's keyspace": func(b *backup.Begun) { b.Keyspaces = []string{"--all"} },
		"another node":         func(b *backup.Begun) { b.Node.Name = "homestead"; b.Tag = "cwb-20261122T000000Z-homestead" },
		"a relative directory": func(b *backup.Begun) { b.DataDirs = []string{"data"} },
		"another server":       func(b *backup.Begun) { b.Identity = backup.Identity{Cluster: "c", HostID: idOther} },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			b := f.mustRun(f.spec(0)).begun
			change(&b)
			if err := f.engine.Discard(t.Context(), b); !errors.Is(err, executor.ErrRefused) {
				t.Errorf("error %v", err)
			}
			if strings.Contains(f.calls(), "clearsnapshot") {
				t.Errorf("calls:\n%s", f.calls())
			}
		})
	}
}

func TestDiscardIsHonest(t *testing.T) {
	cases := map[string]struct {
		spoil func(*fake)
		is    error
		says  string
	}{
		"server down": {spoil: func(f *fake) { f.down = executor.ErrUnreachable }, is: executor.ErrUnreachable},
		"nodetool lies": {spoil: func(f *fake) {
			f.nodetool(`[ $1 = clearsnapshot ] && { echo "Requested clearing snapshot(s) for [homer] with snapshot name [$3]"; exit 0; }` + honest)
		}, says: "is still there"},
		"nodetool silent": {spoil: func(f *fake) { f.nodetool(`[ $1 = clearsnapshot ] && exit 0` + honest) }, says: "did not say"},
		"jmx down":        {spoil: func(f *fake) { f.nodetool(`echo "nodetool: Failed to connect to 'localhost:7199'"`) }, is: executor.ErrUnreachable},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			b := f.mustRun(f.spec(0)).begun
			f.engine.memory = memory{}
			c.spoil(f)
			err := f.engine.Discard(t.Context(), b)
			if err == nil || !strings.Contains(err.Error(), c.says) || (c.is != nil && !errors.Is(err, c.is)) {
				t.Errorf("error %v", err)
			}
			if left, _ := snapshotFolders(b.DataDirs, b.Keyspaces, b.Tag); len(left) != 2 {
				t.Errorf("%d folders left", len(left))
			}
		})
	}
}

func TestDiscardOfWhatNeverBegan(t *testing.T) {
	f := newFake(t)
	if err := f.engine.Discard(t.Context(), backup.Begun{Node: f.engine.addr, Set: "20261122T000000Z"}); err != nil {
		t.Error(err)
	}
}

// A nodetool that is killed leaves the server making the snapshot; what comes late goes too.
func TestDiscardWaitsForASnapshotThatWasCutShort(t *testing.T) {
	f := newFake(t)
	f.engine.tool.limit = time.Second
	f.engine.options.SettleWait = 2 * time.Second
	f.nodetool(`
if [ $1 = snapshot ]; then
	setsid sh -c "while kill -0 $$; do sleep 0.05; done; mkdir -p '$DATA'/homer/*/snapshots/$3" >/dev/null 2>&1 &
	sleep 60
fi` + honest)
	spec := f.spec(0)
	if _, err := f.run(spec, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v", err)
	}
	f.engine.tool.limit = 10 * time.Second
	b := spec.Begun
	b.Tag, b.Keyspaces, b.DataDirs = b.Set.Tag(b.Node), []string{"homer"}, []string{f.data}
	if err := f.engine.Discard(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if left, _ := snapshotFolders(b.DataDirs, b.Keyspaces, b.Tag); len(left) > 0 || !strings.Contains(f.calls(), "clearsnapshot") {
		t.Errorf("left %v; calls:\n%s", left, f.calls())
	}
}
