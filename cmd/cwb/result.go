package main

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// result is stdout. It remembers that something could not be written, so that a plan that
// went to a full disk does not end with 0.
type result struct {
	io.Writer
	err error
}

func (r *result) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err
}

// asFile is the open file that w writes to, if it is one.
func asFile(w io.Writer) (*os.File, bool) {
	if r, ok := w.(*result); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	return f, ok
}

// lost is the error of a result that could not be written. A reader that went away, as head
// does, wanted no more. Steps that were done were done: then their status stands.
func (a *app) lost() error {
	r, ok := a.stdout.(*result)
	if !ok || r.err == nil || errors.Is(r.err, syscall.EPIPE) || a.acted {
		return nil
	}
	return &failure{code: exitError, summary: "the result could not be written", detail: r.err.Error(), err: r.err}
}
