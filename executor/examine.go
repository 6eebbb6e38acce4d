package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cwb/config"
	"cwb/internal/backup"
	"cwb/planner"
)

// ErrNoRestore is what a node returns whose engine is no [Restorer].
var ErrNoRestore = errors.New("restoring this product is not supported by this version")

// An Examiner is a node that can say what a restore would do there.
type Examiner interface {
	// Examine reads the backup and asks the server, and changes nothing. The error wraps
	// ErrNoRestore when the product cannot be restored at all.
	Examine(ctx context.Context, r backup.Restoring) (planner.Examination, error)
}

// Examine adds to a state what the engines say about the restore that a request asks for;
// for other requests it returns the state as it is. What keeps a node from being examined
// becomes a refusal of that node.
func Examine(ctx context.Context, p *config.Policy, w World, o Options, s planner.State, now time.Time, r planner.Request) (planner.State, error) {
	o = o.withDefaults()
	orders, err := planner.ToExamine(p, s, now, r)
	if err != nil || len(orders) == 0 {
		return s, err
	}
	found := make([]planner.Examination, len(orders))
	sideBySide(len(orders), o.Parallelism, func(i int) { found[i] = examineOne(ctx, w, o, orders[i]) })
	if err := ctx.Err(); err != nil {
		return s, context.Cause(ctx)
	}
	s.Nodes = slices.Clone(s.Nodes)
	for i, order := range orders {
		for j := range s.Nodes {
			if s.Nodes[j].Node == order.Node {
				s.Nodes[j].Examination = &found[i]
			}
		}
	}
	return s, nil
}

// examineOne never hangs and never fails: what is wrong is a refusal.
func examineOne(ctx context.Context, w World, o Options, r backup.Restoring) planner.Examination {
	node, ok := w.Nodes[r.Node].(Examiner)
	if !ok {
		return refusal(ErrNoRestore)
	}
	ctx, cancel := context.WithTimeout(ctx, o.ObserveTimeout)
	defer cancel()
	found, err := await(ctx, min(o.Grace, o.ObserveTimeout), nil, func(ctx context.Context) (planner.Examination, error) {
		return node.Examine(ctx, r)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it was not examined within %s", o.ObserveTimeout)
	}
	if err != nil {
		return refusal(err)
	}
	return found
}

func refusal(err error) planner.Examination {
	return planner.Examination{Refusals: []planner.Refusal{{Reason: err.Error(), Damaged: errors.Is(err, ErrDamaged)}}}
}
