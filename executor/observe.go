package executor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// Observe reads all nodes of the policy side by side, and the schedules of this machine. A
// node that cannot be read, or does not answer in time, is said in its part of the state;
// only a cancelled context and unreadable schedules are errors. So is a panic, which wraps
// ErrInternal: the state is complete all the same, and the node in it counts as unreachable.
func Observe(ctx context.Context, p *config.Policy, w World, o Options) (planner.State, error) {
	o = o.withDefaults()
	s := planner.State{
		Host: o.Host, Machine: w.Machine, Deployment: p.Deployment, Nodes: make([]planner.NodeState, len(p.Nodes)),
		Schedules: []planner.ScheduleFile{}, Legacy: []planner.LegacyJob{},
	}
	faults := make([]error, len(p.Nodes))
	sideBySide(len(p.Nodes), o.Parallelism, func(i int) {
		s.Nodes[i], faults[i] = observeNode(ctx, w, p.Nodes[i].Addr, o)
	})
	if err := ctx.Err(); err != nil {
		return planner.State{}, context.Cause(ctx)
	}
	if err := observeSchedules(ctx, p, w, &s); err != nil {
		return planner.State{}, err
	}
	s.At = o.Now().UTC()
	return s, errors.Join(faults...)
}

// observeNode never hangs: a node's trouble is part of what was observed. Only a panic is an
// error besides.
func observeNode(ctx context.Context, w World, addr backup.NodeAddr, o Options) (planner.NodeState, error) {
	node := w.Nodes[addr]
	if node == nil {
		return unreachable(addr, "there is no way to reach it"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, o.ObserveTimeout)
	defer cancel()
	state, err := await(ctx, o.Grace, nil, node.Observe)
	switch {
	case errors.Is(err, ErrInternal):
		return unreachable(addr, err.Error()), fmt.Errorf("observe %s: %w", addr, err)
	case errors.Is(err, context.DeadlineExceeded):
		return unreachable(addr, "did not answer within "+o.ObserveTimeout.Round(time.Millisecond).String()), nil
	case err != nil:
		return unreachable(addr, err.Error()), nil
	case state.Error != "":
		return unreachable(addr, state.Error), nil
	}
	state.Node = addr
	return state, nil
}

func unreachable(addr backup.NodeAddr, why string) planner.NodeState {
	return planner.NodeState{
		Node: addr, Error: why,
		Backups: []planner.Backup{}, Foreign: []backup.Foreign{}, Unreadable: []planner.Unreadable{},
	}
}

func observeSchedules(ctx context.Context, p *config.Policy, w World, s *planner.State) error {
	if w.Schedules == nil {
		return nil
	}
	return guarded(func() error {
		files, legacy, err := w.Schedules.Read(ctx, p.Deployment)
		if err != nil {
			return fmt.Errorf("read schedules: %w", err)
		}
		s.Schedules = append(s.Schedules, files...)
		s.Legacy = append(s.Legacy, legacy...)
		return nil
	})
}
