package node

import (
	"errors"
	"math/rand/v2"
	"syscall"
)

// reserveFile takes up room that is given back when the disk is full, so that what makes
// room can begin: who holds the lock, the plan's marker and the journal are written before
// anything is removed.
const reserveFile = private + "/reserve"

// reserveBytes is enough for some thousand entries of the journal.
const reserveBytes = 256 << 10

// keepReserve makes the reserve where there is none and room is left besides. That there is
// none stops nobody.
func (s *session) keepReserve() {
	if there, err := exists(s.f, reserveFile); there || err != nil {
		return
	}
	size := s.n.reserve
	free, err := s.n.disk.Free(s.n.cfg.SnapshotPath)
	if err != nil || free-size < max(size, s.n.cfg.MinFree) {
		return
	}
	if err := putWhole(s.f, reserveFile, filler(size)); err != nil {
		_ = s.emptyTmp() // where a part of it is
	}
}

// filler is what no file system stores in fewer blocks than it has bytes for.
func filler(size int64) []byte {
	source := rand.NewPCG(uint64(size), 1)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(source.Uint64())
	}
	return data
}

// makingRoom does something that can be done again, and once more without the reserve when
// the disk is full.
func (s *session) makingRoom(do func() error) error {
	err := do()
	if !isFull(err) {
		return err
	}
	if gone := s.f.Remove(reserveFile); gone != nil {
		return err // there was none
	}
	if synced := s.f.SyncDir(private); synced != nil {
		return errors.Join(err, synced)
	}
	return do()
}

// isFull reports whether a file system, or somebody's share of it, has no room left.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
