package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"cwb/executor"
)

// maxJournal is where the journal starts anew; one older file is kept beside it.
const maxJournal = 1 << 20

// journal is the writing end of a node's journal.
type journal struct {
	opened bool
	size   int64
}

// Note appends an entry and syncs it.
func (s *session) Note(ctx context.Context, e executor.Entry) error {
	if err := ctx.Err(); err != nil {
		return canceled(ctx)
	}
	line, err := json.Marshal(e)
	if err == nil {
		line = append(line, '\n')
		err = s.makingRoom(func() error { return s.append(line) })
	}
	if err != nil {
		return fmt.Errorf("write journal of %s: %w", s.n.cfg.Addr, err)
	}
	return nil
}

func (s *session) append(line []byte) error {
	torn, err := s.openJournal()
	if err != nil {
		return err
	}
	if torn { // a killed run's last line ends here, so that ours is whole
		line = append([]byte{'\n'}, line...)
	}
	file, err := s.f.Append(journalFile)
	if err != nil {
		return err
	}
	// Until the write is known to be whole, the next one looks at the file again.
	s.journal.opened = false
	if err := writeSynced(file, line); err != nil {
		return err
	}
	s.journal.opened = true
	s.journal.size += int64(len(line))
	return nil
}

// openJournal finds out how long the journal is and whether its last line is whole, and
// starts a new one when it is long enough.
func (s *session) openJournal() (torn bool, err error) {
	if !s.journal.opened {
		data, err := readAll(s.f, journalFile)
		if errors.Is(err, fs.ErrNotExist) {
			return false, s.createJournal()
		}
		if err != nil {
			return false, err
		}
		s.journal.size = int64(len(data))
		torn = len(data) > 0 && data[len(data)-1] != '\n'
	}
	if s.journal.size < maxJournal {
		return torn, nil
	}
	if err := s.f.Rename(journalFile, journalOld); err != nil {
		return false, err
	}
	return false, s.createJournal()
}

func (s *session) createJournal() error {
	file, err := s.f.Append(journalFile)
	if err == nil {
		err = file.Close()
	}
	if err == nil {
		err = s.f.SyncDir(private)
	}
	s.journal.size = 0
	return err
}

// Journal reads what runs did on this node, oldest first. Lines that a killed run tore are
// left out.
func (n *Node) Journal(ctx context.Context) ([]executor.Entry, error) {
	f, err := n.folder()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []executor.Entry
	for _, name := range []string{journalOld, journalFile} {
		if err := ctx.Err(); err != nil {
			return nil, canceled(ctx)
		}
		data, err := readAll(f, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read journal of %s: %w", n.cfg.Addr, err)
		}
		entries = append(entries, parseJournal(data)...)
	}
	return entries, nil
}

func parseJournal(data []byte) []executor.Entry {
	var entries []executor.Entry
	for line := range bytes.SplitSeq(data, []byte{'\n'}) {
		var e executor.Entry
		if json.Unmarshal(line, &e) == nil && e.Event != "" {
			entries = append(entries, e)
		}
	}
	return entries
}
