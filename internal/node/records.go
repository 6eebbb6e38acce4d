package node

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"cwb/internal/backup"
)

// maxRecord bounds what is read into memory of a file that only claims to be a record. A
// manifest of a million files stays below it.
const maxRecord = 1 << 30

// readAll reads a whole regular file.
func readAll(f Reader, name string) ([]byte, error) {
	r, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxRecord+1))
	err = errors.Join(err, r.Close())
	if err == nil && len(data) > maxRecord {
		err = fmt.Errorf("%s: longer than any record", name)
	}
	return data, err
}

// putWhole makes data appear under name at once and durably: written aside, synced, renamed.
func putWhole(f Folder, name string, data []byte) error {
	_, err := putStream(f, name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	return err
}

// putStream is putWhole for what is written piece by piece, and tells the digest of it.
func putStream(f Folder, name string, write func(io.Writer) error) (backup.Digest, error) {
	aside := path.Join(tmpDir, strings.ReplaceAll(name, "/", "_"))
	digest, err := writeAside(f, aside, write)
	if err == nil {
		err = f.Rename(aside, name)
	}
	if err != nil {
		return digest, fmt.Errorf("write %s: %w", name, err)
	}
	return digest, syncDir(f, path.Dir(name))
}

func syncDir(f Folder, name string) error {
	if err := f.SyncDir(name); err != nil {
		return fmt.Errorf("sync directory %s: %w", name, err)
	}
	return nil
}

func writeAside(f Folder, aside string, write func(io.Writer) error) (backup.Digest, error) {
	file, err := f.Create(aside)
	if errors.Is(err, fs.ErrExist) { // of an earlier attempt in this session
		if err = f.Remove(aside); err == nil {
			file, err = f.Create(aside)
		}
	}
	if err != nil {
		return backup.Digest{}, err
	}
	out := &meter{w: file, sum: sha256.New()}
	err = write(out)
	return out.digest(), closeSynced(file, err)
}

func writeSynced(file File, data []byte) error {
	_, err := file.Write(data)
	return closeSynced(file, err)
}

// closeSynced closes a file, after its content is on the disk unless writing it failed.
func closeSynced(file File, err error) error {
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// digest is how plans and records name a file's bytes.
func digest(data []byte) backup.Digest {
	sum := sha256.Sum256(data)
	return backup.Digest{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(data))}
}

// removeIfThere removes a file; a missing one is no error, so that a removal can be done
// again.
func removeIfThere(f Writer, name string) error {
	if err := f.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func exists(f Reader, name string) (bool, error) {
	_, err := f.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
