package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"cwb/internal/backup"
)

// planID hashes everything a plan is made from, backup by backup, so that a large state never
// lies in memory as one text. Members are hashed where they change: in a large block they
// would be most of the text, and all the same.
func planID(p *Plan) (PlanID, error) {
	hash := sha256.New()
	enc := json.NewEncoder(hash)
	state := p.State
	state.Nodes = nil
	err := encodeAll(enc, p.PolicyDigest, p.Created.Format(time.RFC3339Nano), p.Request, state, len(p.State.Nodes))
	for _, n := range p.State.Nodes {
		backups := n.Backups
		n.Backups = nil
		err = errors.Join(err, encodeAll(enc, n, len(backups)), hashBackups(enc, backups))
	}
	if err != nil {
		return "", fmt.Errorf("plan id: %w", err)
	}
	return PlanID(hex.EncodeToString(hash.Sum(nil)[:16])), nil
}

func hashBackups(enc *json.Encoder, backups []Backup) error {
	var members []backup.NodeAddr
	for _, b := range backups {
		same := slices.Equal(b.Members, members)
		if members = b.Members; same {
			b.Members = nil
		}
		if err := encodeAll(enc, same, b); err != nil {
			return err
		}
	}
	return nil
}

func encodeAll(enc *json.Encoder, parts ...any) error {
	for _, part := range parts {
		if err := enc.Encode(part); err != nil {
			return err
		}
	}
	return nil
}
