package mysqlengine

import (
	"bufio"
	"bytes"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// script is a connection that answers with prepared bytes.
type script struct {
	net.Conn
	answer io.Reader
	asked  bytes.Buffer
}

func (s *script) Read(p []byte) (int, error)  { return s.answer.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.asked.Write(p) }

// packets frames payloads as a server does.
func packets(payloads ...[]byte) []byte {
	var out []byte
	seq := byte(1)
	for _, p := range payloads {
		for {
			n := min(len(p), maxPacket)
			out = append(out, byte(n), byte(n>>8), byte(n>>16), seq)
			out = append(out, p[:n]...)
			p = p[n:]
			seq++
			if n < maxPacket {
				break
			}
		}
	}
	return out
}

// payload is a row of the text protocol.
func payload(values ...driver.Value) []byte {
	var out []byte
	for _, v := range values {
		if v == nil {
			out = append(out, packetNull)
			continue
		}
		b := v.([]byte)
		switch n := len(b); {
		case n < 0xfb:
			out = append(out, byte(n))
		case n < 1<<16:
			out = binary.LittleEndian.AppendUint16(append(out, 0xfc), uint16(n))
		case n < 1<<24:
			out = append(out, 0xfd, byte(n), byte(n>>8), byte(n>>16))
		default:
			out = binary.LittleEndian.AppendUint64(append(out, 0xfe), uint64(n))
		}
		out = append(out, b...)
	}
	return out
}

var (
	lastOK  = []byte{packetEOF, 0, 0, 2, 0, 0, 0}
	lastEOF = []byte{packetEOF, 0, 0, 2, 0}
)

// readAll asks w for two columns and returns its rows as a chunk has them.
func readAll(w *wire) ([]byte, error) {
	n, err := w.query("SELECT a, b FROM t")
	if err != nil {
		return nil, err
	}
	var out []byte
	for {
		row, err := w.row()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if out, err = appendPayload(out, row, n); err != nil {
			return out, err
		}
	}
}

func TestWire(t *testing.T) {
	large := bytes.Repeat([]byte("ab\\\n"), maxPacket/4+100)
	rows := [][]driver.Value{{[]byte("1"), nil}, {[]byte{}, []byte("a\tb")}, {bytes.Repeat([]byte{0xfe}, 300), bytes.Repeat([]byte("x"), 300_000)}, {large, nil}, {nil, large[:maxPacket-5]}}
	var want []byte
	answer := [][]byte{{2}, []byte("definition 1"), []byte("definition 2")}
	old := append(append([][]byte{}, answer...), lastEOF)
	for _, r := range rows {
		want = appendRow(want, r)
		answer, old = append(answer, payload(r...)), append(old, payload(r...))
	}
	for name, c := range map[string]struct {
		answer []byte
		eof    bool
	}{"new": {packets(append(answer, lastOK)...), false}, "old": {packets(append(old, lastEOF)...), true}, "with a flag": {packets(append([][]byte{{2, 1}}, append(answer[1:len(answer):len(answer)], lastOK)...)...), false}} {
		t.Run(name, func(t *testing.T) {
			conn := &script{answer: bytes.NewReader(c.answer)}
			w := &wire{conn: conn, in: bufio.NewReaderSize(conn, wireBuffer), eof: c.eof}
			got, err := readAll(w)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v; %d bytes, want %d", err, len(got), len(want))
			}
			if asked := conn.asked.Bytes(); !bytes.Equal(asked, append([]byte{19, 0, 0, 0, comQuery}, "SELECT a, b FROM t"...)) {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

// TestWireNeverTakesACutForTheEnd cuts and changes an answer at every byte.
func TestWireNeverTakesACutForTheEnd(t *testing.T) {
	whole := packets([]byte{2}, []byte("d1"), []byte("d2"), payload([]byte("1"), []byte("x")), payload(nil, []byte("y")), lastOK)
	for cut := range len(whole) {
		conn := &script{answer: bytes.NewReader(whole[:cut])}
		if _, err := readAll(&wire{conn: conn, in: bufio.NewReader(conn)}); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
	conn := &script{answer: bytes.NewReader(append(bytes.Clone(whole), 1))}
	if _, err := readAll(&wire{conn: conn, in: bufio.NewReader(conn)}); !errors.Is(err, errProtocol) {
		t.Errorf("more after the end: %v", err)
	}
}

func TestWireErrors(t *testing.T) {
	refusal := append([]byte{packetError, 0x9a, 0x05, '#'}, "HY000Table definition has changed"...)
	for _, answer := range [][]byte{packets(refusal), packets([]byte{2}, []byte("d1"), []byte("d2"), refusal), packets([]byte{2}, refusal)} {
		conn := &script{answer: bytes.NewReader(answer)}
		_, err := readAll(&wire{conn: conn, in: bufio.NewReader(conn)})
		var server *mysql.MySQLError
		if !errors.As(err, &server) || server.Number != 1434 || server.Message != "Table definition has changed" {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzWire feeds whole answers of a hostile server: no panic, no endless loop, no memory
// that was not sent.
func FuzzWire(f *testing.F) {
	f.Add(packets([]byte{2}, []byte("d1"), []byte("d2"), payload([]byte("1"), nil), lastOK), false)
	f.Add(packets([]byte{1}, []byte("d"), lastEOF, payload(bytes.Repeat([]byte("x"), 300)), lastEOF), true)
	f.Fuzz(func(t *testing.T, answer []byte, eof bool) {
		conn := &script{answer: bytes.NewReader(answer)}
		readAll(&wire{conn: conn, in: bufio.NewReader(conn), eof: eof})
	})
}
