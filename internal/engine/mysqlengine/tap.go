package mysqlengine

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
)

// tap is the connection under the driver. It remembers how the server introduced itself, and
// lets no answer through that claims a senseless number of columns: the driver would make
// room for them all before it reads the first.
type tap struct {
	net.Conn
	line     *line // Conn
	greeting []byte
	loggedIn bool   // and what comes is no TLS
	answer   []byte // how the answer to the last statement begins
}

// drop closes the connection that a driver that panicked has left open.
func (t *tap) drop() {
	if t.Conn != nil {
		t.Conn.Close()
	}
}

const answerBegin = 4 + 9 // a packet's header and the longest integer

// Write begins a new statement.
func (t *tap) Write(p []byte) (int, error) {
	t.answer = t.answer[:0]
	return t.Conn.Write(p)
}

// Read keeps the beginning of the greeting, and looks at that of every answer.
func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if len(t.greeting) < 512 {
		t.greeting = append(t.greeting, p[:min(n, 512-len(t.greeting))]...)
	}
	if t.loggedIn && len(t.answer) < answerBegin {
		t.answer = append(t.answer, p[:min(n, answerBegin-len(t.answer))]...)
		if columns, _, null := lengthInteger(t.answer[min(4, len(t.answer)):]); !null && columns > maxColumns {
			return 0, fmt.Errorf("%w: a result of %d columns", errProtocol, columns)
		}
	}
	return n, err
}

// newWire uses a connection after the driver has logged in on it; nil where the greeting
// cannot be read. https://mariadb.com/kb/en/connection/#initial-handshake-packet
func newWire(t *tap) *wire {
	if len(t.greeting) < 5 || t.greeting[4] != 10 {
		return nil
	}
	rest := t.greeting[5:]
	for i, c := range rest {
		if c != 0 {
			continue
		}
		flags := rest[i+1:]
		if len(flags) < 20 {
			return nil
		}
		high := uint32(binary.LittleEndian.Uint16(flags[18:])) << 16
		return &wire{conn: t.Conn, line: t.line, in: bufio.NewReaderSize(t.Conn, wireBuffer), eof: high&deprecateEOF == 0}
	}
	return nil
}
