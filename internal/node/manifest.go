package node

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"iter"
	"path"

	"cwb/internal/backup"
)

// putManifest writes the manifest of a backup, whose files it never holds all at once.
func putManifest(f Folder, m backup.Manifest, files iter.Seq[backup.File]) (backup.Digest, error) {
	return putStream(f, path.Join(string(m.Set), manifestFile), func(w io.Writer) error {
		return backup.WriteManifest(w, m, files)
	})
}

// files gives the files of a finished backup one at a time, and returns what else its manifest
// says. What it gave counts for nothing when it returns an error: that of each as it is, or as
// [through] says.
func files(f Reader, s survey, each func(backup.File) error) (backup.Manifest, error) {
	var stop error
	m, err := through(f, s, func(r io.Reader) (backup.Manifest, error) {
		return backup.ReadManifest(r, func(file backup.File) error {
			stop = each(file)
			return stop
		})
	})
	if stop != nil {
		return backup.Manifest{}, stop
	}
	return m, err
}

// manifest is the whole manifest of a finished backup, which may be large.
func (s survey) manifest(f Reader) (backup.Manifest, error) {
	var all []backup.File
	m, err := files(f, s, func(file backup.File) error {
		all = append(all, file)
		return nil
	})
	m.Files = all
	return m, err
}

// through reads the manifest of a finished backup as a stream. The record vouches for its
// bytes; what was read before the error is known counts for nothing. The error wraps
// fs.ErrNotExist, or is an *unreadable.
func through[T any](f Reader, s survey, read func(io.Reader) (T, error)) (T, error) {
	var zero T
	name := path.Join(string(s.id), manifestFile)
	r, err := f.Open(name)
	if err != nil {
		return zero, orUnreadable(name, err)
	}
	defer r.Close()
	in := &meter{r: io.LimitReader(r, s.record.Manifest.Bytes+1), sum: sha256.New()} // one more is another digest
	v, wrong := read(in)
	_, _ = io.Copy(io.Discard, in)
	if in.err != nil {
		return zero, &unreadable{name, in.err}
	}
	if in.digest() != s.record.Manifest {
		return zero, &unreadable{name, whyOther(f, name)}
	}
	if wrong != nil {
		return zero, &unreadable{name, wrong}
	}
	return v, nil
}

// whyOther says what is wrong with a manifest that is not the one of its record.
func whyOther(f Reader, name string) error {
	r, err := f.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := backup.ReadManifest(io.LimitReader(r, maxRecord), func(backup.File) error { return nil }); err != nil {
		return err
	}
	return errOtherManifest
}

// meter knows the digest of what was read, or written, through it.
type meter struct {
	r     io.Reader
	w     io.Writer
	sum   hash.Hash
	bytes int64
	err   error // why reading ended before the end
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.add(p[:n])
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.add(p[:n])
	return n, err
}

func (m *meter) add(p []byte) {
	m.sum.Write(p)
	m.bytes += int64(len(p))
}

func (m *meter) digest() backup.Digest {
	return backup.Digest{SHA256: hex.EncodeToString(m.sum.Sum(nil)), Bytes: m.bytes}
}
