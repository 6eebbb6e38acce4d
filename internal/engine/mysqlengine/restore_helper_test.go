//go:build servers

package mysqlengine

import "io/fs"

// memNotes are a restore's notes in memory.
type memNotes map[string][]byte

func (n memNotes) Put(name string, content []byte) error {
	n[name] = append([]byte(nil), content...)
	return nil
}

func (n memNotes) Get(name string) ([]byte, error) {
	if content, ok := n[name]; ok {
		return content, nil
	}
	return nil, &fs.PathError{Op: "get", Path: name, Err: fs.ErrNotExist}
}
