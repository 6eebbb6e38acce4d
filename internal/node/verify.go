package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/planner"
)

// verify reads a backup again and records what came of it. Damage is an error.
func (s *session) verify(ctx context.Context, a planner.Verify, p executor.Progress) error {
	found, err := s.look(a.Set)
	if err == nil && !found.hasRecord {
		err = errChanged
	}
	var check backup.Check
	if err == nil {
		check, err = s.n.check(ctx, s.f, found, p)
	}
	if err == nil {
		err = s.putCheck(a.Set, check)
	}
	if err == nil && !check.Good {
		err = fmt.Errorf("%w: %s", executor.ErrDamaged, summary(check.Problems))
	}
	if err == nil && a.Accept && !found.accepted {
		err = s.putAcceptance(a.Set)
	}
	if err != nil {
		return fmt.Errorf("verify %s on %s: %w", a.Set, s.n.cfg.Addr, err)
	}
	return nil
}

// putCheck records a check under a name of its own: no record is ever written over.
func (s *session) putCheck(id backup.SetID, c backup.Check) error {
	at := c
	for {
		name := path.Join(string(id), checkFile(at))
		there, err := exists(s.f, name)
		if err != nil {
			return err
		}
		if there {
			at.At = backup.NewSetID(at.At).Next().Time()
			continue
		}
		data, err := backup.Encode(c)
		if err != nil {
			return err
		}
		return putWhole(s.f, name, data)
	}
}

// putAcceptance records that a shrunken set is meant.
func (s *session) putAcceptance(id backup.SetID) error {
	data, err := backup.Encode(backup.Acceptance{By: s.who, At: s.n.now().UTC()})
	if err != nil {
		return err
	}
	return putWhole(s.f, path.Join(string(id), acceptedFile), data)
}

// Check reads every byte of a backup and compares it with its manifest. It takes no lock and
// records nothing. What is wrong stands in the check; the error means that it could not be
// read.
func (n *Node) Check(ctx context.Context, id backup.SetID, p executor.Progress) (backup.Check, error) {
	f, err := n.folder()
	if err != nil {
		return backup.Check{}, err
	}
	defer f.Close()
	found, err := n.readSurvey(f, id)
	if err != nil {
		return backup.Check{}, fmt.Errorf("verify %s: %w", id, err)
	}
	if !found.hasRecord {
		return backup.Check{}, fmt.Errorf("verify %s: it has no %s, so it is no backup", id, recordFile)
	}
	if p == nil {
		p = func(int64, int64) {}
	}
	return n.check(ctx, f, found, p)
}

func (n *Node) check(ctx context.Context, f Folder, found survey, p executor.Progress) (backup.Check, error) {
	c := backup.Check{At: n.now().UTC()}
	if !found.hasManifest {
		c.Problems = []string{manifestFile + " is missing"}
		return c, nil
	}
	shelves := n.shelves(f, found.begun)
	defer shelves.Close()
	total := found.outline.Bytes()
	_, err := files(f, found, func(file backup.File) error {
		problem, err := shelves.compare(ctx, file)
		if problem != "" {
			c.Problems = append(c.Problems, problem)
		}
		c.Bytes += file.Bytes
		p(c.Bytes, total)
		return err
	})
	c.Good = len(c.Problems) == 0 && err == nil
	return c, err
}

// compare hashes one file. What cannot be read is an error, and proves nothing about it.
func (s *shelves) compare(ctx context.Context, file backup.File) (problem string, err error) {
	if problem, err := s.look(file); problem != "" || err != nil {
		return problem, err
	}
	folder, name, err := s.find(file)
	if err != nil {
		return "", err
	}
	r, err := folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return file.Path + " is missing", nil
	}
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, &patientReader{ctx, r})
	if err := errors.Join(err, r.Close()); err != nil {
		return "", fmt.Errorf("read %s: %w", file.Path, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != file.SHA256 {
		return fmt.Sprintf("%s has other content than when it was taken", file.Path), nil
	}
	return "", nil
}

// patientReader gives up between two reads once its context ends.
type patientReader struct {
	ctx context.Context
	r   io.Reader
}

func (p *patientReader) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, canceled(p.ctx)
	}
	return p.r.Read(b)
}
