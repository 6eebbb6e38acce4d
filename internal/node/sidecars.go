package node

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"cwb/internal/backup"
)

const (
	verifiedPrefix = "verified-"
	damagedPrefix  = "damaged-"
	jsonSuffix     = ".json"
)

// checkFile is the name that the outcome of a verification is recorded under.
func checkFile(c backup.Check) string {
	prefix := damagedPrefix
	if c.Good {
		prefix = verifiedPrefix
	}
	return prefix + string(backup.NewSetID(c.At)) + jsonSuffix
}

// isCheckFile knows the names of checkFile.
func isCheckFile(name string) bool {
	for _, prefix := range []string{verifiedPrefix, damagedPrefix} {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		_, err := backup.ParseSetID(strings.TrimSuffix(rest, jsonSuffix))
		return err == nil && strings.HasSuffix(rest, jsonSuffix)
	}
	return false
}

// readSidecars reads what was recorded about a backup after it was made.
func (n *Node) readSidecars(f Reader, s *survey) error {
	dir := string(s.id)
	hold, _, err := recall[backup.Hold](&n.memo, f, path.Join(dir, holdFile))
	if err == nil {
		s.held = &hold
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, _, err = recall[backup.Acceptance](&n.memo, f, path.Join(dir, acceptedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.accepted = err == nil
	return n.readChecks(f, s)
}

func (n *Node) readChecks(f Reader, s *survey) error {
	entries, err := f.ReadDir(string(s.id))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isCheckFile(e.Name()) {
			continue
		}
		check, _, err := recall[backup.Check](&n.memo, f, path.Join(string(s.id), e.Name()))
		if err != nil {
			return err
		}
		s.checks = append(s.checks, check)
	}
	slices.SortStableFunc(s.checks, byTimeThenDamage)
	return nil
}

// byTimeThenDamage lets damage have the last word in its instant.
func byTimeThenDamage(a, b backup.Check) int {
	if c := a.At.Compare(b.At); c != 0 || a.Good == b.Good {
		return c
	}
	if a.Good {
		return -1
	}
	return 1
}

// verifiedAt is when all bytes were last read and right: the take itself reads them first.
func (s survey) verifiedAt() time.Time {
	at := s.record.Finished
	for _, c := range s.checks {
		if c.Good && c.At.After(at) {
			at = c.At
		}
	}
	return at
}

// damage is what the latest verification found wrong; nil when it found nothing, or when
// there was none.
func (s survey) damage() *backup.Check {
	if len(s.checks) == 0 || s.checks[len(s.checks)-1].Good {
		return nil
	}
	return &s.checks[len(s.checks)-1]
}
