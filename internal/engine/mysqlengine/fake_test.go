package mysqlengine

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// reply is what a server answers to one statement: a result, an error, or, without either, OK.
type reply struct {
	Ask     string      `json:"ask"`
	Columns []string    `json:"columns,omitempty"`
	Rows    [][]*string `json:"rows,omitempty"`
	Err     uint16      `json:"err,omitempty"`
}

// readTake reads the recorded answers of a small take.
func readTake(t testing.TB) []reply {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "take.json"))
	if err != nil {
		t.Fatal(err)
	}
	var replies []reply
	if err := json.Unmarshal(content, &replies); err != nil {
		t.Fatal(err)
	}
	return replies
}

// packets gives the payloads of a reply, as a server without EOF packets sends them.
func (r reply) packets() [][]byte {
	switch {
	case r.Err != 0:
		return [][]byte{failure(r.Err)}
	case len(r.Columns) == 0:
		return [][]byte{{0, 0, 0, 2, 0, 0, 0}}
	}
	out := [][]byte{{byte(len(r.Columns))}}
	for _, name := range r.Columns {
		out = append(out, definition(name))
	}
	for _, row := range r.Rows {
		var p []byte
		for _, value := range row {
			if value == nil {
				p = append(p, packetNull)
				continue
			}
			p = appendLength(p, len(*value))
			p = append(p, *value...)
		}
		out = append(out, p)
	}
	return append(out, lastOK)
}

func failure(number uint16) []byte {
	return append([]byte{packetError, byte(number), byte(number >> 8)}, "#HY000the test says no"...)
}

// definition is a column of text.
func definition(name string) []byte {
	out := []byte{3, 'd', 'e', 'f', 0, 0, 0}
	out = append(appendLength(out, len(name)), name...)
	return append(out, 0, 12, 63, 0, 0xff, 0xff, 0, 0, 0xfd, 0, 0, 0, 0, 0)
}

func appendLength(out []byte, n int) []byte {
	if n < 0xfb {
		return append(out, byte(n))
	}
	return append(out, 0xfd, byte(n), byte(n>>8), byte(n>>16))
}

// fake is a server without a database. It answers from a list of replies, the n-th asking of
// a statement with the n-th reply, and settings and transactions with OK.
type fake struct {
	t      testing.TB
	socket string

	open       sync.WaitGroup // connections
	mu         sync.Mutex
	version    string
	replies    map[string][]reply
	asked      []string
	sent       int                                        // packets, the greetings too
	answer     func(n int, ask string, r reply) *reply    // changes the answer to the n-th statement
	send       func(n int, conn net.Conn, p []byte) error // replaces the writing of the n-th packet
	unexpected []string
	impatient  bool // who waits for more than there is finds the connection cut
	batch      bool // packets of one answer go together, which is quicker
}

func newFake(t testing.TB, replies []reply) *fake {
	t.Helper()
	dir, err := os.MkdirTemp("", "fake") // a test's own directory can be too deep for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	f := &fake{t: t, socket: filepath.Join(dir, "sock"), version: "5.5.5-10.11.19-MariaDB-log"}
	f.reset(replies)
	listener, err := net.Listen("unix", f.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			f.open.Go(func() { f.serve(conn) })
		}
	}()
	return f
}

// reset begins a new take, when the connections of the last one have ended.
func (f *fake) reset(replies []reply) {
	f.open.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replies = map[string][]reply{}
	for _, r := range replies {
		f.replies[r.Ask] = append(f.replies[r.Ask], r)
	}
	f.asked, f.sent, f.unexpected, f.answer, f.send = nil, 0, nil, nil, nil
	f.impatient, f.batch = false, false
}

// batched gathers what is written until it is flushed.
type batched struct {
	net.Conn
	out *bufio.Writer
}

func (b *batched) Write(p []byte) (int, error) { return b.out.Write(p) }

func (f *fake) serve(conn net.Conn) {
	defer conn.Close()
	flush := func() error { return nil }
	if f.batch {
		b := &batched{conn, bufio.NewWriter(conn)}
		conn, flush = b, b.out.Flush
	}
	defer func() { _ = flush() }() // the client may be gone
	if f.write(conn, 0, f.greeting()) != nil {
		return
	}
	if flush() != nil {
		return
	}
	if _, err := readPacket(conn); err != nil {
		return
	}
	if f.write(conn, 2, []byte{0, 0, 0, 2, 0, 0, 0}) != nil {
		return
	}
	for {
		if flush() != nil {
			return
		}
		if f.impatient {
			conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		}
		command, err := readPacket(conn)
		if err != nil || len(command) == 0 || command[0] != comQuery {
			return
		}
		for i, p := range f.reply(string(command[1:])).packets() {
			if f.write(conn, byte(i+1), p) != nil {
				return
			}
		}
	}
}

// greeting offers protocol 4.1, OK instead of EOF packets, and the native password.
func (f *fake) greeting() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	const capabilities = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000 | deprecateEOF
	out := append([]byte{10}, f.version...)
	out = append(out, 0, 7, 0, 0, 0)
	out = append(append(out, "12345678"...), 0)
	out = binary.LittleEndian.AppendUint16(out, capabilities&0xffff)
	out = append(out, 63, 2, 0)
	out = binary.LittleEndian.AppendUint16(out, capabilities>>16)
	out = append(out, 21)
	out = append(out, make([]byte, 10)...)
	out = append(append(out, "123456789012"...), 0)
	return append(append(out, "mysql_native_password"...), 0)
}

var settled = []string{"SET ", "START TRANSACTION", "SAVEPOINT ", "ROLLBACK", "FLUSH ", "UNLOCK ", "LOCK "}

// reply finds the answer to a statement.
func (f *fake) reply(ask string) reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := reply{Ask: ask}
	found := f.replies[ask]
	switch {
	case len(found) > 0:
		r = found[0]
		if len(found) > 1 {
			f.replies[ask] = found[1:]
		}
	default:
		known := false
		for _, prefix := range settled {
			known = known || strings.HasPrefix(ask, prefix)
		}
		if !known {
			f.unexpected = append(f.unexpected, ask)
			r.Err = 1064
		}
	}
	f.asked = append(f.asked, ask)
	if f.answer != nil {
		if other := f.answer(len(f.asked), ask, r); other != nil {
			return *other
		}
	}
	return r
}

func (f *fake) write(conn net.Conn, seq byte, payload []byte) error {
	f.mu.Lock()
	f.sent++
	n, send := f.sent, f.send
	f.mu.Unlock()
	packet := append([]byte{byte(len(payload)), byte(len(payload) >> 8), byte(len(payload) >> 16), seq}, payload...)
	if send != nil {
		return send(n, conn, packet)
	}
	_, err := conn.Write(packet)
	return err
}

// readPacket reads one packet of a client or a server.
func readPacket(r io.Reader) ([]byte, error) {
	header := make([]byte, 4)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	payload := make([]byte, int(header[0])|int(header[1])<<8|int(header[2])<<16)
	_, err := io.ReadFull(r, payload)
	return payload, err
}

// engine is an engine for the recorded database.
func (f *fake) engine(o Options) *Engine {
	o.MachineID = filepath.Join(filepath.Dir(f.socket), "machine-id")
	if err := os.WriteFile(o.MachineID, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		f.t.Fatal(err)
	}
	o.LoadEvery = time.Hour
	o.sleep = func(context.Context, time.Duration) error { return nil }
	return New(config.Node{
		Addr:  backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"},
		MySQL: &config.MySQL{Socket: f.socket, Databases: []string{"ellis"}, Lock: config.LockNone, LockWait: time.Minute},
	}, o)
}

// errCut ends a connection of the fake.
var errCut = errors.New("cut")
