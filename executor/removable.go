package executor

import (
	"errors"
	"fmt"

	"cwb/config"
	"cwb/planner"
)

// stillRemovable asks, of the world as it is just now, whether a backup may still go.
func stillRemovable(p *config.Policy, s planner.State, plan *planner.Plan, a planner.Remove) error {
	for _, n := range s.Nodes {
		if n.Node != a.Node {
			continue
		}
		if n.Error != "" {
			return fmt.Errorf("%s %w: %s", n.Node, ErrUnreachable, n.Error)
		}
		for _, b := range n.Backups {
			if b.Set == a.Set && b.Record == a.Record && b.Held == nil {
				return nil
			}
		}
	}
	return errors.New("it changed since it was planned")
}
