package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"cwb/internal/backup"
)

// Digest is the SHA-256 of the resolved policy in hex: the same for the same meaning, so
// that editing a comment makes no plan stale.
func (p *Policy) Digest() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic("policy has no JSON form: " + err.Error()) // only plain data in it
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Node finds a declared node.
func (p *Policy) Node(addr backup.NodeAddr) (Node, bool) {
	for _, n := range p.Nodes {
		if n.Addr == addr {
			return n, true
		}
	}
	return Node{}, false
}

// Backup finds a backup block.
func (p *Policy) Backup(name string) (Backup, bool) {
	for _, b := range p.Backups {
		if b.Name == name {
			return b, true
		}
	}
	return Backup{}, false
}

// Retention finds a retention block.
func (p *Policy) Retention(name string) (Retention, bool) {
	for _, r := range p.Retentions {
		if r.Name == name {
			return r, true
		}
	}
	return Retention{}, false
}
