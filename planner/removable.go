package planner

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cwb/config"
)

// ErrNotRemovable is in the chain of every error of [StillRemovable].
var ErrNotRemovable = errors.New("it may not be removed any more")

// StillRemovable proves, from a state observed just now, that a planned removal may happen
// now: retention judges again by what really is there, and every guard but the limit on the
// size of a plan is asked again. It is the last look before each removal, when the run
// itself holds the locks, so locks are no obstacle.
func StillRemovable(p *config.Policy, s State, now time.Time, r Remove) error {
	w, err := newWorld(p, s, now)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotRemovable, err)
	}
	b, ok := p.Backup(r.Block)
	if !ok {
		return notRemovable("the policy has no backup block %q", r.Block)
	}
	if held := append(w.guardPlace(r.Node), w.guardBlock(b)...); len(held) > 0 {
		return notRemovable("%s", strings.Join(held, "; "))
	}
	keep, remove := w.apply(r.Block, nil)
	for _, l := range remove {
		if l.Node == r.Node && l.Set == r.Set {
			return unchanged(l, r)
		}
	}
	for _, k := range keep {
		if k.Node == r.Node && k.Set == r.Set {
			return notRemovable("%s of %s stays: %s", r.Set, r.Node, strings.Join(k.Reasons, "; "))
		}
	}
	return notRemovable("%s has no backup %s of %q", r.Node, r.Set, r.Block)
}

// unchanged refuses a backup whose record is not the one that the plan saw.
func unchanged(l LetGo, r Remove) error {
	if l.part.Backup.Record != r.Record {
		return notRemovable("the record of %s of %s changed since it was planned", r.Set, r.Node)
	}
	return nil
}

func notRemovable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotRemovable, fmt.Sprintf(format, args...))
}
