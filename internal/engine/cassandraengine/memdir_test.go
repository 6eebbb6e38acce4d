package cassandraengine

import (
	"bytes"
	"io"
	"io/fs"
)

// memDir is the directory of a backup, in memory.
type memDir map[string][]byte

func (d memDir) Create(name string) (io.WriteCloser, error) {
	if _, ok := d[name]; ok {
		return nil, fs.ErrExist
	}
	d[name] = nil
	return &memFile{dir: d, name: name}, nil
}

func (d memDir) Open(name string) (io.ReadCloser, error) {
	data, ok := d[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

type memFile struct {
	bytes.Buffer
	dir  memDir
	name string
}

func (f *memFile) Close() error {
	f.dir[f.name] = f.Bytes()
	return nil
}
