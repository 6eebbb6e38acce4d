package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cwb/internal/backup"
)

// ErrRequest is in the chain of every error about a request that cannot be planned: what it
// names does not exist, or cannot be done.
var ErrRequest = errors.New("the request cannot be planned")

// ErrUnknown is in the chain of those errors of a request that names what does not exist.
var ErrUnknown = errors.New("what is asked for does not exist")

// unknownError is a [requestError] about a name that nothing has.
func unknownError(format string, args ...any) error {
	return &unknownName{requestError(format, args...)}
}

type unknownName struct{ error }

func (e *unknownName) Unwrap() error { return e.error }

// Is makes errors.Is(err, ErrUnknown) hold.
func (e *unknownName) Is(target error) bool { return target == ErrUnknown }

// notFound is [unknownError] about what lies at the places, unless some of them could not be
// looked at: then it may lie there.
func (w *world) notFound(format string, args ...any) error {
	var dark []string
	w.eachPlace(func(pl *place) {
		if pl.unreachable() {
			dark = append(dark, fmt.Sprintf("%s (%s)", pl.addr(), pl.state.Error))
		}
	})
	if len(dark) == 0 {
		return unknownError(format, args...)
	}
	return requestError("%s. Not looked at, so it may be there: %s", fmt.Sprintf(format, args...), strings.Join(dark, ", "))
}

func requestError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRequest, fmt.Sprintf(format, args...))
}

// checkRequest refuses names that mean nothing: a typo must not become an empty plan.
func (d *draft) checkRequest() error {
	r := d.request
	if r.Verb != VerbReconcile && r.Verb != VerbBackup && r.Verb != VerbAdopt && !r.Verb.restores() {
		return requestError("there is no verb %q", r.Verb)
	}
	if r.Verb.restores() != (r.Restore != nil) {
		return requestError("it does not say what to restore")
	}
	nodes := slices.Concat(r.Nodes, r.Identity)
	for _, name := range r.Adopt {
		nodes = append(nodes, name.Node)
	}
	for _, n := range nodes {
		if _, ok := d.w.places[n]; !ok {
			return unknownError("the policy has no node %s", n)
		}
	}
	for _, name := range r.Blocks {
		if err := d.checkBlock(name); err != nil {
			return err
		}
	}
	return d.checkShrink()
}

// checkBlock refuses a block that cwb backup cannot take as asked.
func (d *draft) checkBlock(name string) error {
	b, ok := d.w.policy.Backup(name)
	if !ok {
		return unknownError("the policy has no backup block %q", name)
	}
	if len(d.wanted(b)) == 0 {
		return requestError("the backup block %q takes none of %s", name, addresses(d.request.Nodes))
	}
	return nil
}

// checkShrink refuses the acceptance of a set that does not exist.
func (d *draft) checkShrink() error {
	for _, id := range d.request.Allow.Shrink {
		if !d.w.exists(id) {
			return unknownError("there is no set %s whose shrinking could be allowed", id)
		}
	}
	return nil
}

// exists reports whether any node has something under an id.
func (w *world) exists(id backup.SetID) bool {
	for _, sets := range w.sets {
		if slices.ContainsFunc(sets, func(s *Set) bool { return s.ID == id }) {
			return true
		}
	}
	return false
}
