package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// Examine says what a restore would do here. It takes no lock and changes nothing.
func (n *Node) Examine(ctx context.Context, r backup.Restoring) (planner.Examination, error) {
	engine, err := n.restorer()
	if err != nil {
		return planner.Examination{}, err
	}
	src, err := n.source(ctx, r)
	if err != nil {
		return planner.Examination{}, err
	}
	defer src.close()
	order := orderOf(r)
	order.Source, order.Notes = src.RestoreSource, noNotes{}
	found, err := engine.Examine(ctx, order)
	if err != nil {
		return planner.Examination{}, fmt.Errorf("examine the restore of %s: %w", n.cfg.Addr, err)
	}
	return found, nil
}

func (n *Node) restorer() (executor.Restorer, error) {
	if engine, ok := n.engine.(executor.Restorer); ok {
		return engine, nil
	}
	return nil, executor.ErrNoRestore
}

// orderOf puts what a plan or a record says into the engine's words.
func orderOf(r backup.Restoring) executor.RestoreOrder {
	o := executor.RestoreOrder{
		ID: string(r.ID), Selection: executor.Selection{Databases: r.Databases, Tables: r.Tables}, As: r.As,
		Exact: r.Exact, OnReplica: r.OnReplica, OntoNewIdentity: r.OntoNewIdentity,
		SchemaMismatch: r.SchemaMismatch, NewerServer: r.NewerServer, Definer: r.Definer,
	}
	if o.Definer == "" {
		o.Definer = "keep"
	}
	return o
}

// load begins a restore: its record first, then everything onto the server, beside what is
// served. Doing it again finishes it.
func (s *session) load(ctx context.Context, a planner.Load, p executor.Progress) error {
	rec, err := s.beginRecord(ctx, a)
	if err == nil && rec.Phase == backup.PhaseLoad && !rec.Ended {
		err = s.phase(ctx, rec, false, p)
	}
	if err != nil {
		return fmt.Errorf("load restore %s on %s: %w", a.ID, s.n.cfg.Addr, err)
	}
	return nil
}

// beginRecord reads the record of a restore, or writes its first one: from then on every plan
// knows of it. Nothing is written before the source was found whole.
func (s *session) beginRecord(ctx context.Context, a planner.Load) (backup.Restore, error) {
	rec, err := s.n.readRestore(s.f, a.ID)
	switch {
	case err == nil && (rec.Set != a.Set || rec.Foreign != a.Foreign || rec.From != a.From):
		return rec, fmt.Errorf("another restore has its id: %w", errChanged)
	case err == nil && rec.Phase == backup.PhaseUndo:
		return rec, errors.New("its undo was begun")
	case err == nil:
		return rec, s.sameAs(ctx, rec)
	case !isMissing(err):
		return rec, err
	}
	if _, err := s.n.restorer(); err != nil {
		return rec, err
	}
	src, err := s.n.source(ctx, a.Restoring)
	if err != nil {
		return rec, err
	}
	src.close()
	server, err := s.server(ctx)
	if err != nil {
		return rec, err
	}
	rec = backup.Restore{
		Restoring: a.Restoring, Identity: server.Identity, Safety: a.Safety, Parts: a.Parts,
		Phase: backup.PhaseLoad, Began: s.n.now().UTC(), By: s.who,
	}
	return rec, s.putRestore(rec)
}

// server asks who the server is.
func (s *session) server(ctx context.Context) (planner.Server, error) {
	server, err := s.n.engine.Inspect(ctx)
	if err == nil && server.Down != "" {
		err = fmt.Errorf("server %w: %s", executor.ErrUnreachable, server.Down)
	}
	return server, err
}

// proceed does a phase of a restore whose record is there.
func (s *session) proceed(ctx context.Context, a planner.Proceed, p executor.Progress) error {
	rec, err := s.n.readRestore(s.f, a.Restore)
	if err == nil {
		err = s.step(ctx, rec, a, p)
	}
	if err == nil {
		err = s.sweepNotes()
	}
	if err != nil {
		return fmt.Errorf("%s restore %s on %s: %w", a.Phase, a.Restore, s.n.cfg.Addr, err)
	}
	return nil
}

// step does the phase, unless it was done before or is not what comes next.
func (s *session) step(ctx context.Context, rec backup.Restore, a planner.Proceed, p executor.Progress) error {
	done, err := mayFollow(rec, a.Phase)
	if err != nil || done {
		return err
	}
	if err := s.sameAs(ctx, rec); err != nil {
		return err
	}
	rec.Phase, rec.Ended = a.Phase, false
	switch a.Phase {
	case backup.PhaseUndo:
		rec.Finished = time.Time{} // until what was there is back
	case backup.PhaseConfirm:
	default:
		rec.Changed = true
	}
	if err := s.putRestore(rec); err != nil {
		return err
	}
	return s.phase(ctx, rec, a.Emptied, p)
}

// mayFollow reports whether a phase was done already, and refuses one out of its order.
func mayFollow(rec backup.Restore, phase backup.RestorePhase) (done bool, err error) {
	switch {
	case phase == backup.PhaseUndo && rec.Confirming():
		return false, errors.New("it was confirmed, so nothing is kept to go back to")
	case phase == backup.PhaseUndo:
		return rec.Undone(), nil
	case phase == backup.PhaseConfirm && (rec.Unfinished() || rec.Undone()):
		return false, errors.New("it is not finished, so it cannot be confirmed")
	case phase == backup.PhaseConfirm:
		return rec.Confirmed(), nil
	case rec.Phase == backup.PhaseUndo:
		return false, errors.New("its undo was begun")
	case !slices.Contains(rec.Part().Phases, phase):
		return false, fmt.Errorf("it has no %s here", phase)
	}
	left := rec.Left()
	if !slices.Contains(left, phase) {
		return true, nil
	}
	if left[0] != phase {
		return false, fmt.Errorf("its %s has not ended", left[0])
	}
	return false, nil
}

// phase lets the engine do what the record says was begun, and writes that it ended.
func (s *session) phase(ctx context.Context, rec backup.Restore, emptied bool, p executor.Progress) error {
	engine, err := s.n.restorer()
	if err != nil {
		return err
	}
	order, closeAll, err := s.order(ctx, rec)
	if err != nil {
		return err
	}
	defer closeAll()
	order.Emptied = emptied
	if err := engine.Restore(ctx, rec.Phase, order, p); err != nil {
		return err
	}
	rec.Ended = true
	phases := rec.Part().Phases
	if rec.Phase == backup.PhaseUndo || len(phases) > 0 && rec.Phase == phases[len(phases)-1] {
		rec.Finished = s.n.now().UTC()
	}
	return s.putRestore(rec)
}

// order is what the engine is told: the same for every phase, from the record. By the time of
// an undo or a confirmation the source may be gone.
func (s *session) order(ctx context.Context, rec backup.Restore) (executor.RestoreOrder, func(), error) {
	o := orderOf(rec.Restoring)
	o.Notes, o.Phases, o.Adds = &notes{s: s, id: rec.ID}, rec.Part().Phases, rec.Part().Adds
	src, err := s.n.source(ctx, rec.Restoring)
	if err != nil && rec.Phase != backup.PhaseUndo && rec.Phase != backup.PhaseConfirm {
		return o, nil, err
	}
	if err == nil {
		o.Source = src.RestoreSource
	}
	safety := s.safety(ctx, rec)
	if safety != nil {
		o.Safety = &safety.RestoreSource
	}
	return o, func() { src.close(); safety.close() }, nil
}

// safety is the safety backup of a restore; nil when there is none, or it is not whole.
func (s *session) safety(ctx context.Context, rec backup.Restore) *source {
	if rec.Safety == "" {
		return nil
	}
	src, err := s.n.source(ctx, backup.Restoring{Node: s.n.cfg.Addr, From: s.n.cfg.Addr, Set: rec.Safety})
	if err != nil {
		return nil
	}
	return src
}

// sameAs refuses to go on with a restore on another server than it began on.
func (s *session) sameAs(ctx context.Context, rec backup.Restore) error {
	server, err := s.server(ctx)
	if err == nil && !sameServer(server.Identity, rec.Identity) {
		err = fmt.Errorf("the server (%s) is not the one it began on (%s)", server.Identity, rec.Identity)
	}
	return err
}

// sameServer compares what both sides know.
func sameServer(a, b backup.Identity) bool {
	if a.ServerUUID == "" || b.ServerUUID == "" { // servers get one by an upgrade
		a.ServerUUID, b.ServerUUID = "", ""
	}
	return a == b
}
