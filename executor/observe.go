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
// only a cancelled context and unreadable schedules are errors.
func Observe(ctx context.Context, p *config.Policy, w World, o Options) (planner.State, error) {
	o = o.withDefaults()
	s := planner.State{
		Host: o.Host, Machine: w.Machine, Deployment: p.Deployment, Nodes: make([]planner.NodeState, len(p.Nodes)),
		Schedules: []planner.ScheduleFile{}, Legacy: []planner.LegacyJob{},
	}
	sideBySide(len(p.Nodes), o.Parallelism, func(i int) {
		s.Nodes[i] = observeNode(ctx, w, p.Nodes[i].Addr, o)
	})
	if err := ctx.Err(); err != nil {
		return planner.State{}, context.Cause(ctx)
	}
	if err := observeSchedules(ctx, p, w, &s); err != nil {
		return planner.State{}, err
	}
	s.At = o.Now().UTC()
	return s, nil
}

// observeNode never hangs and never fails: a node's trouble is part of what was observed.
func observeNode(ctx context.Context, w World, addr backup.NodeAddr, o Options) planner.NodeState {
	node := w.Nodes[addr]
	if node == nil {
		return unreachable(addr, "there is no way to reach it")
	}
	ctx, cancel := context.WithTimeout(ctx, o.ObserveTimeout)
	defer cancel()
	state, err := await(ctx, min(grace, o.ObserveTimeout), nil, node.Observe)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return unreachable(addr, "did not answer within "+o.ObserveTimeout.Round(time.Millisecond).String())
	case err != nil:
		return unreachable(addr, err.Error())
	case state.Error != "":
		return unreachable(addr, state.Error)
	}
	state.Node = addr
	return state
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
