package mysqlengine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// wire speaks the text protocol on a connection that the driver has dialled and logged in.
// The driver boxes every value and parses every number; read from here, a row costs no
// allocation, which halves the client's work. It is used only between the driver's own
// commands, and only on plain connections: TLS is inside the driver.
// https://mariadb.com/kb/en/clientserver-protocol/
type wire struct {
	conn net.Conn
	line *line // conn, where it can be ended
	in   *bufio.Reader
	seq  byte
	big  []byte // a packet that is larger than in's buffer
	eof  bool   // the server ends lists with EOF packets, being older than CLIENT_DEPRECATE_EOF
}

// Packets. https://mariadb.com/kb/en/0-packet/
const (
	maxPacket       = 1<<24 - 1 // a longer payload goes on in the next packet
	comQuery        = 0x03
	packetNull      = 0xfb // of a row: NULL; of an answer: a request for a local file
	packetEOF       = 0xfe
	packetError     = 0xff
	moreResults     = 0x0008
	deprecateEOF    = 1 << 24
	wireBuffer      = 256 << 10
	maxWirePayload  = 1<<32 - 1 // a row; max_allowed_packet is at most 1 GiB
	keptWireBuffers = 4 << 20
	maxColumns      = 1 << 16 // of a result; a table has at most 4096
)

// errProtocol is an answer that no server should give.
var errProtocol = errors.New("the server's answer makes no sense")

// query sends a statement and returns the number of columns of its result.
func (w *wire) query(statement string) (int, error) {
	if len(statement)+1 >= maxPacket {
		return 0, fmt.Errorf("a statement of %d bytes is too long", len(statement))
	}
	packet := make([]byte, 4, 5+len(statement))
	packet[0], packet[1], packet[2] = byte(len(statement)+1), byte((len(statement)+1)>>8), byte((len(statement)+1)>>16)
	packet = append(append(packet, comQuery), statement...)
	w.seq = 1
	if _, err := w.conn.Write(packet); err != nil {
		return 0, err
	}
	answer, err := w.packet()
	if err != nil {
		return 0, err
	}
	if len(answer) > 0 && answer[0] == packetError {
		return 0, serverError(answer)
	}
	columns, n, null := lengthInteger(answer)
	rest := answer[n:]
	if columns == 0 || null || columns > maxColumns || len(rest) > 1 || len(rest) == 1 && rest[0] > 1 {
		return 0, fmt.Errorf("%w: it is no result: %x", errProtocol, answer[:min(16, len(answer))])
	}
	if len(rest) == 1 && rest[0] == 0 {
		return int(columns), nil // MARIADB_CLIENT_CACHE_METADATA: the definitions are left out
	}
	return int(columns), w.skipDefinitions(int(columns))
}

// skipDefinitions reads over the columns' definitions: their types are known.
func (w *wire) skipDefinitions(columns int) error {
	if w.eof {
		columns++
	}
	for range columns {
		packet, err := w.packet()
		if err != nil {
			return err
		}
		if len(packet) > 0 && packet[0] == packetError {
			return serverError(packet)
		}
	}
	return nil
}

// row gives the payload of the next row, valid until the next call; io.EOF after the last.
func (w *wire) row() ([]byte, error) {
	packet, err := w.packet()
	if err != nil {
		return nil, noEOF(err)
	}
	switch {
	case len(packet) == 0:
		return nil, fmt.Errorf("%w: a row is empty", errProtocol)
	case packet[0] == packetError:
		return nil, serverError(packet)
	case packet[0] == packetEOF && len(packet) < maxPacket:
		return nil, w.end(packet)
	}
	return packet, nil
}

// end looks at the packet after the last row. Nothing may follow it. An EOF packet has five
// bytes, and the OK packet in its place at least seven, so one cannot be taken for the other:
// an EOF that ends the definitions never ends the rows.
func (w *wire) end(packet []byte) error {
	if w.eof != (len(packet) == 5) {
		return fmt.Errorf("%w: the rows end with a packet of %d bytes", errProtocol, len(packet))
	}
	status := packet[1:]
	if w.eof {
		status = status[2:] // the warnings
	} else {
		for range 2 { // affected rows and last id
			_, n, _ := lengthInteger(status)
			status = status[n:]
		}
	}
	if len(status) < 2 || binary.LittleEndian.Uint16(status)&moreResults != 0 || w.in.Buffered() > 0 {
		return fmt.Errorf("%w: something follows the rows", errProtocol)
	}
	return io.EOF
}

// packet reads one payload, however many packets it takes. Small ones are looked at where
// they lie in the buffer.
func (w *wire) packet() ([]byte, error) {
	size, err := w.header()
	if err != nil {
		return nil, err
	}
	if size < maxPacket && size <= w.in.Size() {
		payload, err := w.in.Peek(size)
		w.in.Discard(len(payload)) // the bytes stay until the next read
		return payload, noEOF(err)
	}
	w.big = w.shrunk()
	for {
		begin := len(w.big)
		w.big = slices.Grow(w.big, size)[:begin+size]
		if _, err := io.ReadFull(w.in, w.big[begin:]); err != nil {
			return nil, noEOF(err)
		}
		if size < maxPacket {
			return w.big, nil
		}
		if size, err = w.header(); err != nil {
			return nil, err
		}
		if len(w.big)+size > maxWirePayload {
			return nil, errProtocol
		}
	}
}

// header reads the size of the next packet and checks its number.
func (w *wire) header() (int, error) {
	header, err := w.in.Peek(4)
	if err != nil {
		return 0, noEOF(err)
	}
	w.in.Discard(4) // the bytes stay until the next read
	if header[3] != w.seq {
		return 0, fmt.Errorf("%w: packet %d came instead of %d", errProtocol, header[3], w.seq)
	}
	w.seq++
	return int(header[0]) | int(header[1])<<8 | int(header[2])<<16, nil
}

// shrunk is the buffer for large rows, unless one row has blown it up too far.
func (w *wire) shrunk() []byte {
	if cap(w.big) > keptWireBuffers {
		return nil
	}
	return w.big[:0]
}

// guarded makes reading stop when ctx ends. A connection that was stopped is of no use.
func (w *wire) guarded(ctx context.Context, f func() error) error {
	stop := context.AfterFunc(ctx, w.line.end)
	defer stop()
	err := f()
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// noEOF keeps the end of the connection from passing for the end of the rows.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// serverError reads an error packet. https://mariadb.com/kb/en/err_packet/
func serverError(packet []byte) error {
	if len(packet) < 3 {
		return errProtocol
	}
	e := &mysql.MySQLError{Number: binary.LittleEndian.Uint16(packet[1:])}
	text := packet[3:]
	if len(text) >= 6 && text[0] == '#' {
		copy(e.SQLState[:], text[1:6])
		text = text[6:]
	}
	e.Message = string(text)
	return e
}

// lengthInteger reads a length-encoded integer and the bytes it takes; n is 0 where there
// is none. https://mariadb.com/kb/en/protocol-data-types/#length-encoded-integers
func lengthInteger(b []byte) (value uint64, n int, null bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	switch c := b[0]; {
	case c < packetNull:
		return uint64(c), 1, false
	case c == packetNull:
		return 0, 1, true
	case c == 0xfc && len(b) >= 3:
		return uint64(binary.LittleEndian.Uint16(b[1:])), 3, false
	case c == 0xfd && len(b) >= 4:
		return uint64(b[1]) | uint64(b[2])<<8 | uint64(b[3])<<16, 4, false
	case c == 0xfe && len(b) >= 9:
		return binary.LittleEndian.Uint64(b[1:]), 9, false
	}
	return 0, 0, false
}
