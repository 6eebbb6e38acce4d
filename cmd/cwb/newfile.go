package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeNew writes a file that must not exist, whole or not at all.
func writeNew(path string, content []byte, mode fs.FileMode) error {
	return createNew(path, mode, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// createNew makes a file that must not exist of what write writes: it appears once all of it
// is on disk, or not at all.
func createNew(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fileExists(path, fs.ErrExist)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".cwb-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	w := bufio.NewWriterSize(tmp, 1<<20)
	err = errors.Join(tmp.Chmod(mode), write(w), w.Flush(), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	err = os.Link(tmp.Name(), path) // refuses a name that came to exist meanwhile, unlike rename
	if errors.Is(err, fs.ErrExist) {
		return fileExists(path, err)
	}
	return err
}

func fileExists(path string, err error) error {
	return &failure{code: exitError, summary: "the file exists", detail: path + " was left as it is", remedy: "choose another name, or move it away", err: err}
}
