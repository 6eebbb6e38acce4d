package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// planID hashes everything a plan is made from. Nodes are hashed one by one, so that a large
// state never lies in memory as one text.
func planID(p *Plan) (PlanID, error) {
	hash := sha256.New()
	enc := json.NewEncoder(hash)
	state := p.State
	state.Nodes = nil
	parts := []any{p.PolicyDigest, p.Created.Format(time.RFC3339Nano), p.Request, state, len(p.State.Nodes)}
	for _, n := range p.State.Nodes {
		parts = append(parts, n)
	}
	for _, part := range parts {
		if err := enc.Encode(part); err != nil {
			return "", fmt.Errorf("plan id: %w", err)
		}
	}
	return PlanID(hex.EncodeToString(hash.Sum(nil)[:16])), nil
}
