package backup

import (
	"errors"
	"io"
)

// window is the part of a stream of JSON that is looked at: about one value at a time.
type window struct {
	r   io.Reader
	buf []byte
	at  int   // where in buf to go on
	err error // why no more can be read: io.EOF, or the reader's own
}

// windowSize is how many bytes are read at once, as long as no value is longer.
const windowSize = 64 << 10

// fill reads more, and reports whether anything came.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	w.buf = w.buf[:copy(w.buf, w.buf[w.at:])]
	w.at = 0
	had := len(w.buf)
	if cap(w.buf)-had < had || cap(w.buf) == 0 { // double, so that a long value is not gone through too often
		w.buf = append(make([]byte, 0, max(windowSize, 2*cap(w.buf))), w.buf...)
	}
	n, err := io.ReadFull(w.r, w.buf[had:cap(w.buf)])
	w.buf = w.buf[:had+n]
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	w.err = err
	return n > 0
}

// ended skips space, and reports whether nothing follows it.
func (w *window) ended() bool {
	for {
		w.at = skipSpace(w.buf, w.at)
		if w.at < len(w.buf) {
			return false
		}
		if !w.fill() {
			return true
		}
	}
}

// is reports whether c follows, without taking it.
func (w *window) is(c byte) bool { return !w.ended() && w.buf[w.at] == c }

// take takes c if it follows.
func (w *window) take(c byte) bool {
	if !w.is(c) {
		return false
	}
	w.at++
	return true
}

// value takes a value of at most so many bytes; it is valid until the next call. It does not
// prove that the value is well formed.
func (w *window) value(most int) (value []byte, ok bool) {
	if w.ended() {
		return nil, false
	}
	for {
		end, ok := skipValue(w.buf, w.at)
		if ok && (end < len(w.buf) || w.err != nil) { // a number at the end may go on
			value = w.buf[w.at:end]
			w.at = end
			return value, len(value) <= most
		}
		if len(w.buf)-w.at > most || !w.fill() && !ok {
			return nil, false
		}
	}
}
