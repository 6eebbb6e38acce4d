package cassandraengine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"cwb/executor"
	"cwb/internal/backup"
)

// The files that a backup has in its own directory.
const (
	schemaCQL  = "schema.cql"  // to make the keyspaces again with the stock client
	schemaJSON = "schema.json" // the same for cwb: columns, ids, indexes, statements
	ringJSON   = "ring.json"
)

// store writes what the snapshot does not have, and reads it back.
func (t *take) store(dir executor.Dir) ([]backup.File, error) {
	var cql bytes.Buffer
	if err := t.before.writeCQL(&cql); err != nil {
		return nil, err
	}
	described, err := t.before.text()
	if err != nil {
		return nil, err
	}
	ring, err := json.MarshalIndent(newRingFile(t.local, t.hosts, t.before), "", "  ")
	if err != nil {
		return nil, err
	}
	var files []backup.File
	for _, f := range []struct {
		name string
		data []byte
	}{{schemaCQL, cql.Bytes()}, {schemaJSON, described}, {ringJSON, append(ring, '\n')}} {
		file, err := storeFile(dir, f.name, f.data)
		if err != nil {
			return nil, err
		}
		file.Hashed = t.engine.options.Now().UTC()
		files = append(files, file)
	}
	return files, nil
}

func storeFile(dir executor.Dir, name string, data []byte) (backup.File, error) {
	w, err := dir.Create(name)
	if err != nil {
		return backup.File{}, err
	}
	_, err = w.Write(data)
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return backup.File{}, fmt.Errorf("write %s: %w", name, err)
	}
	return backup.File{Path: name, Bytes: int64(len(data)), SHA256: sumOf(data)}, readBack(dir, name, data)
}

func readBack(dir executor.Dir, name string, data []byte) error {
	r, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := io.ReadAll(io.LimitReader(r, int64(len(data))+1))
	if err != nil {
		return fmt.Errorf("read back %s: %w", name, err)
	}
	if !bytes.Equal(got, data) {
		return fmt.Errorf("read back %s: it is not what was written", name)
	}
	return nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
