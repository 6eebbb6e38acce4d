package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// readWire streams the result of a query into w, as readRows does over the driver.
func readWire(ctx context.Context, s *session, query string, columns int, w *chunkWriter) (int64, error) {
	var n int64
	err := s.wire.guarded(ctx, func() error {
		got, err := s.wire.query(query)
		if err != nil {
			return s.wrap(err)
		}
		if got != columns {
			return fmt.Errorf("the server sent %d columns instead of %d", got, columns)
		}
		for {
			payload, err := s.wire.row()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return s.wrap(err)
			}
			if w.buf, err = appendPayload(w.buf, payload, columns); err != nil {
				return s.wrap(err)
			}
			n++
			if err := w.endRow(); err != nil {
				return err
			}
		}
	})
	return n, err
}

// appendPayload appends a row of the text protocol as a row of a chunk.
func appendPayload(dst, payload []byte, columns int) ([]byte, error) {
	for i := range columns {
		if i > 0 {
			dst = append(dst, '\t')
		}
		size, n, null := lengthInteger(payload)
		if n == 0 || size > uint64(len(payload)-n) {
			return dst, fmt.Errorf("%w: field %d is cut", errProtocol, i+1)
		}
		value := payload[n : n+int(size)]
		payload = payload[n+int(size):]
		if null {
			dst = append(dst, '\\', 'N')
		} else {
			dst = appendEscaped(dst, value)
		}
	}
	if len(payload) > 0 {
		return dst, fmt.Errorf("%w: a row has more than %d fields", errProtocol, columns)
	}
	return append(dst, '\n'), nil
}
