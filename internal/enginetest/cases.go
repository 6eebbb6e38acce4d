package enginetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

var errFull error = syscall.ENOSPC

func holdsAllContent(t *testing.T, s *suite) {
	want := s.rows(250)
	s.Write(t, want)
	b := s.take(t, s.Engine(t))
	s.expect(t, b, want)
	if len(b.content.Tables) == 0 || b.content.Totals.Tables != int64(len(b.content.Tables)) {
		t.Errorf("totals say %d tables, and %d are listed", b.content.Totals.Tables, len(b.content.Tables))
	}
	if b.content.Server.Product == "" || b.content.Server.Version == "" || b.content.Identity.IsZero() {
		t.Errorf("the server is not known: %+v, %v", b.content.Server, b.content.Identity)
	}
}

func captureIsAMoment(t *testing.T, s *suite) {
	before, after := s.rows(20), s.rows(20)
	s.Write(t, before)
	p, begun := s.prepare(t, s.Engine(t))
	b := taken{begun: begun, dir: NewDir(t)}
	capture(t, p)
	s.Write(t, after)
	b.content = readOut(t, p, b.dir)
	s.expect(t, b, before)
	if s.Content == nil {
		return
	}
	got := s.Content(t, b.dir, b.manifest())
	for key := range after {
		if _, ok := got[key]; ok {
			t.Fatalf("row %q was written after the capture, and is in the backup", key)
		}
	}
}

func manifestTellsWhatIsStored(t *testing.T, s *suite) {
	s.Write(t, s.rows(250))
	b := s.take(t, s.Engine(t))
	var listed []string
	var stored, count int64
	for f := range b.content.Files {
		data, err := os.ReadFile(b.path(f))
		if err != nil {
			t.Fatalf("file %q: %v", f.Path, err)
		}
		sum := sha256.Sum256(data)
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != int64(len(data)) {
			t.Errorf("file %q has %d bytes of %x, and the manifest says %d of %s", f.Path, len(data), sum, f.Bytes, f.SHA256)
		}
		if f.Root == "" {
			listed = append(listed, f.Path)
		}
		stored += f.Bytes
		count++
	}
	slices.Sort(listed)
	same(t, "files listed, and files there", listed, b.dir.Names(t))
	if totals := b.content.Totals; totals.Files != count || totals.Stored != stored {
		t.Errorf("totals say %d files of %d bytes, and there are %d of %d", totals.Files, totals.Stored, count, stored)
	}
}

func footprintIsKnown(t *testing.T, s *suite) {
	s.Write(t, s.rows(3))
	before := s.snapshots(t)
	p, begun := s.prepare(t, s.Engine(t))
	if begun.Tag == "" || len(begun.Keyspaces) == 0 || len(begun.DataDirs) == 0 {
		t.Fatalf("the footprint says too little: %+v", p.Footprint())
	}
	same(t, "snapshots, and those after preparing", before, s.snapshots(t))
	capture(t, p)
	same(t, "snapshots expected after the capture", slices.Sorted(slices.Values(append(before, begun.Tag))), s.snapshots(t))
}

func closeLeavesNothing(t *testing.T, s *suite) {
	s.Write(t, s.rows(3))
	before := s.snapshots(t)
	p, _ := s.prepare(t, s.Engine(t))
	for range 2 {
		if err := p.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	same(t, "snapshots", before, s.snapshots(t))
}

func discardIsExact(t *testing.T, s *suite) {
	first := s.rows(10)
	s.Write(t, first)
	e := s.Engine(t)
	before := s.snapshots(t)
	keep := s.take(t, e)
	s.Write(t, s.rows(10))
	withKept := s.snapshots(t)
	let := s.take(t, e)
	if err := e.Discard(timeout(t), let.begun); err != nil {
		t.Fatalf("discard: %v", err)
	}
	same(t, "snapshots", withKept, s.snapshots(t))
	s.expect(t, keep, first)
	if err := e.Discard(timeout(t), keep.begun); err != nil {
		t.Fatalf("discard: %v", err)
	}
	same(t, "snapshots", before, s.snapshots(t))
}

func discardRepeats(t *testing.T, s *suite) {
	s.Write(t, s.rows(3))
	e := s.Engine(t)
	_, never := s.prepare(t, e)
	b := s.take(t, e)
	for _, begun := range []backup.Begun{never, b.begun, b.begun} {
		if err := e.Discard(timeout(t), begun); err != nil {
			t.Errorf("discard: %v", err)
		}
	}
}

func foreignStay(t *testing.T, s *suite) {
	s.Write(t, s.rows(3))
	name := s.Plant(t)
	e := s.Engine(t)
	b := s.take(t, e)
	ours := map[string]bool{}
	if b.begun.Tag != "" {
		ours[b.begun.Tag] = true
	}
	list := func() []string {
		found, err := e.Foreign(timeout(t), ours)
		if err != nil {
			t.Fatalf("foreign: %v", err)
		}
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
			if f.Node != s.Node || f.Kind == "" || (!f.Restorable && f.Reason == "") {
				t.Errorf("foreign backup says too little: %+v", f)
			}
		}
		return names
	}
	before := list()
	if !slices.Contains(before, name) || !slices.IsSorted(before) {
		t.Fatalf("foreign lists %v, which lacks %q or has no order", before, name)
	}
	if err := e.Discard(timeout(t), b.begun); err != nil {
		t.Fatalf("discard: %v", err)
	}
	same(t, "foreign backups", before, list())
}

func inspectChangesNothing(t *testing.T, s *suite) {
	before := s.snapshots(t)
	e := s.Engine(t)
	first, err := e.Inspect(timeout(t))
	if err != nil || first.Down != "" {
		t.Fatalf("inspect: %v %s", err, first.Down)
	}
	again, err := s.Engine(t).Inspect(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	if first.Identity.IsZero() || first.Identity != again.Identity {
		t.Errorf("identity is %q, then %q", first.Identity, again.Identity)
	}
	if first.Product == "" || first.Version == "" || first.Consistency == "" {
		t.Errorf("inspect says too little: %+v", first)
	}
	same(t, "snapshots", before, s.snapshots(t))
}

func cancelledIsNoticed(t *testing.T, s *suite) {
	s.Write(t, s.rows(50))
	before := s.snapshots(t)
	e := s.Engine(t)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if p, err := e.Prepare(over, executor.TakeSpec{Begun: s.begun()}); err == nil {
		p.Close()
		t.Error("prepare succeeded although its context had ended")
	}
	p, _ := s.prepare(t, e)
	if _, err := p.Capture(over); err == nil {
		t.Error("capture succeeded although its context had ended")
	}
	p.Close()
	p, begun := s.prepare(t, e)
	capture(t, p)
	began := time.Now()
	if _, err := p.ReadOut(over, NewDir(t), forward(t)); err == nil {
		t.Error("read out succeeded although its context had ended")
	}
	if took := time.Since(began); took > limit/4 {
		t.Errorf("read out took %s to notice that its context had ended", took)
	}
	p.Close()
	if err := e.Discard(timeout(t), begun); err != nil {
		t.Fatalf("discard: %v", err)
	}
	_ = before // a capture that was cut short may have left its tag, and its case discards it
}

// fullDisk fails the writing at several points: no partial content may pass as a backup.
func fullDisk(t *testing.T, s *suite) {
	s.Write(t, s.rows(250))
	e := s.Engine(t)
	var stored int64
	for f := range s.take(t, e).content.Files {
		if f.Root == "" {
			stored += f.Bytes
		}
	}
	for _, room := range []int64{0, 1, stored / 2, stored - 1} {
		p, _ := s.prepare(t, e)
		capture(t, p)
		dir := NewDir(t)
		dir.Room = room
		if _, err := p.ReadOut(timeout(t), dir, forward(t)); !errors.Is(err, errFull) {
			t.Errorf("with room for %d of %d bytes: %v, not an error that wraps %v", room, stored, err, errFull)
		}
		p.Close()
	}
}

// lyingDisk loses a byte without an error: only reading back finds it.
func lyingDisk(t *testing.T, s *suite) {
	s.Write(t, s.rows(250))
	p, _ := s.prepare(t, s.Engine(t))
	capture(t, p)
	dir := NewDir(t)
	dir.Lose = true
	if _, err := p.ReadOut(timeout(t), dir, forward(t)); err == nil {
		t.Error("a file lost a byte while it was stored, and was not read back")
	}
}

func previousManifests(t *testing.T, s *suite) {
	s.Write(t, s.rows(20))
	e := s.Engine(t)
	first := s.take(t, e)
	second := s.take(t, e, first.manifest())
	want := s.rows(20)
	s.Write(t, want)
	third := s.take(t, e, second.manifest(), first.manifest())
	s.expect(t, third, want)
	for f := range third.content.Files {
		data, err := os.ReadFile(third.path(f))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); f.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("file %q: the manifest has the hash of an earlier one", f.Path)
		}
	}
}
