package executor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// maxClashes bounds how many seconds a set may move on before its take fails.
const maxClashes = 60

// member is one node's part of a set that is being taken.
type member struct {
	pl     *place
	take   Take // nil when it is out of the set
	record *backup.Record
	err    error
}

// gathering is one take of a set, over all its nodes: prepare all, then, when all are ready,
// capture all at once, then read out without hurry.
type gathering struct {
	r       *run
	step    planner.Step
	action  planner.Take
	block   config.Backup
	set     backup.SetID
	members []*member
}

func (r *run) take(s planner.Step, a planner.Take, res *StepResult) error {
	block, ok := r.policy.Backup(a.Block)
	if !ok {
		return fmt.Errorf("there is no backup block %q", a.Block)
	}
	g := &gathering{r: r, step: s, action: a, block: block}
	for _, addr := range a.Nodes {
		g.members = append(g.members, &member{pl: r.places[addr], err: r.places[addr].err})
	}
	defer r.look(a.Nodes...)
	err := g.gather()
	res.Set = g.set
	for _, m := range g.members {
		res.Members = append(res.Members, MemberResult{Node: m.pl.addr, Record: m.record, Err: m.err})
	}
	return err
}

func (g *gathering) gather() error {
	if err := g.prepare(); err != nil {
		return err
	}
	if err := g.mayCapture(); err != nil {
		g.abandonAll(err)
		return err
	}
	g.capture()
	g.finish()
	return g.missing()
}

// prepare makes all members ready, under one id: the second it is, or the next one that is
// free on every node.
func (g *gathering) prepare() error {
	set := backup.NewSetID(g.r.o.Now())
	for range maxClashes {
		if g.r.taken(set) {
			set = set.Next()
			continue
		}
		g.set = set
		g.each(g.r.o.Parallelism, func(m *member) { g.prepareOne(m) })
		if !g.clashed() {
			return nil
		}
		g.abandonAll(nil)
		set = set.Next()
	}
	return fmt.Errorf("every id up to %s is in use", set)
}

// taken reports whether any node is known to have something under the id.
func (r *run) taken(set backup.SetID) bool {
	for _, n := range r.state.Nodes {
		for _, b := range n.Backups {
			if b.Set == set {
				return true
			}
		}
		for _, u := range n.Unreadable {
			if path.Dir(u.Path) == string(set) {
				return true
			}
		}
	}
	return false
}

func (g *gathering) prepareOne(m *member) {
	if m.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(g.r.soft, g.block.PrepareTimeout)
	defer cancel()
	session, order := m.pl.session, g.order() // a call that hangs keeps its own
	m.take, m.err = await(ctx, g.r.o.Grace, g.abandonLate, func(ctx context.Context) (Take, error) {
		return session.Begin(ctx, order)
	})
	if errors.Is(m.err, context.DeadlineExceeded) {
		m.err = fmt.Errorf("%s was not ready within prepare_timeout (%s): %w", m.pl.addr, g.block.PrepareTimeout, m.err)
	}
	m.pl.lose(m.err)
}

// abandonLate undoes a take that was given up as hung and became ready after all.
func (g *gathering) abandonLate(t Take) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.r.hard), undoTimeout)
	defer cancel()
	_ = t.Abandon(ctx) // what stays is debris, and the next plan cleans it
}

func (g *gathering) order() Order {
	return Order{
		Deployment: g.r.policy.Deployment, Block: g.action.Block, Set: g.set, Purpose: g.action.Purpose,
		Members: g.action.Members, Began: g.set.Time(), Tool: g.r.o.Tool, Accept: g.action.Accept,
	}
}

// clashed takes members back in that found the id in use.
func (g *gathering) clashed() bool {
	clash := false
	for _, m := range g.members {
		if errors.Is(m.err, fs.ErrExist) {
			m.err, clash = nil, true
		}
	}
	return clash
}

// mayCapture is the barrier: everything that may keep the set from being captured.
func (g *gathering) mayCapture() error {
	if g.r.soft.Err() != nil {
		return context.Cause(g.r.soft)
	}
	var errs allErrors
	ready := 0
	for _, m := range g.members {
		if m.err != nil {
			errs = append(errs, m.err)
		} else {
			ready++
		}
	}
	if ready == 0 {
		return errs.orNil()
	}
	all := g.block.OnFailure == config.Abort || g.action.Purpose == backup.Safety // half of one is none
	if !all || (len(errs) == 0 && len(g.action.Nodes) == len(g.action.Members)) {
		return nil
	}
	return fmt.Errorf("nothing was captured, since all members are to be: %w", append(errs, g.absent()...))
}

// capture fixes all contents at once: nobody waits for anybody.
func (g *gathering) capture() {
	g.each(len(g.members), func(m *member) {
		if m.err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(g.r.soft, g.block.CaptureTimeout)
		defer cancel()
		_, m.err = await(ctx, g.r.o.Grace, nil, m.take.Capture)
		if errors.Is(m.err, context.DeadlineExceeded) {
			m.err = fmt.Errorf("%s was not captured within capture_timeout (%s): %w", m.pl.addr, g.block.CaptureTimeout, m.err)
		}
		g.letGo(m)
	})
}

// finish reads all out, side by side. One that fails is taken out; the others go on.
func (g *gathering) finish() {
	g.each(g.r.o.Parallelism, func(m *member) {
		if m.err != nil {
			return
		}
		take := m.take
		record, err := await(g.r.soft, g.r.o.Grace, nil, func(ctx context.Context) (backup.Record, error) {
			return take.Finish(ctx, g.r.progress(g.step.ID, m.pl.addr))
		})
		if err == nil {
			m.record = &record
			return
		}
		m.err = err
		g.letGo(m)
	})
}

// letGo takes a failed member out of the set, and removes what it has made so far. That is
// done even when the operator asked to stop, but not when everything must end at once.
func (g *gathering) letGo(m *member) {
	m.pl.lose(m.err)
	if m.err == nil || m.take == nil || m.pl.session == nil {
		return
	}
	ctx, cancel := context.WithTimeout(g.r.hard, undoTimeout)
	defer cancel()
	take := m.take
	m.take = nil
	_, err := await(ctx, g.r.o.Grace, nil, func(ctx context.Context) (struct{}, error) { return struct{}{}, take.Abandon(ctx) })
	if err != nil {
		m.err = allErrors{m.err, err}
		m.pl.lose(err)
	}
}

// abandonAll takes every member out that is ready. Without a cause they may try again.
func (g *gathering) abandonAll(cause error) {
	g.each(g.r.o.Parallelism, func(m *member) {
		if m.err != nil || m.take == nil {
			return
		}
		m.err = errAgain
		g.letGo(m)
		if m.err == errAgain {
			m.err = cause
		}
	})
}

var errAgain = errors.New("abandoned, to try again")

// missing is why the set is not complete: nil when it is.
func (g *gathering) missing() error {
	var errs allErrors
	for _, m := range g.members {
		if m.err != nil {
			errs = append(errs, m.err)
		}
	}
	return append(errs, g.absent()...).orNil()
}

// absent names the members that the plan knew could not be taken.
func (g *gathering) absent() allErrors {
	taken := map[backup.NodeAddr]bool{}
	for _, addr := range g.action.Nodes {
		taken[addr] = true
	}
	var errs allErrors
	for _, addr := range g.action.Members {
		if !taken[addr] {
			errs = append(errs, fmt.Errorf("%s was no part of this take, so the set is incomplete", addr))
		}
	}
	return errs
}

func (g *gathering) each(limit int, f func(*member)) {
	sideBySide(len(g.members), limit, func(i int) {
		m := g.members[i]
		if err := guarded(func() error { f(m); return nil }); err != nil {
			m.err = err
		}
	})
}
