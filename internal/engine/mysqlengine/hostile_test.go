package mysqlengine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cwb/executor"
	"cwb/internal/soak"
)

// takeFake takes a backup of the fake; a take that lasts long hangs.
func takeFake(t *testing.T, e *Engine) (executor.Content, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	content, _, err := takeInto(ctx, e, newMemoryDir())
	if ctx.Err() != nil {
		t.Fatalf("the take hangs: %v", err)
	}
	return content, err
}

// mustTakeFake takes the recorded backup.
func mustTakeFake(t *testing.T, f *fake, e *Engine) executor.Content {
	t.Helper()
	content, err := takeFake(t, e)
	if err != nil || content.Totals.Rows != 3 || content.Totals.Tables != 2 {
		t.Fatalf("%v; %+v; unexpected: %q", err, content.Totals, f.unexpected)
	}
	return content
}

// bothWays runs a test over the wire and over the driver's rows.
func bothWays(t *testing.T, test func(t *testing.T, f *fake, e *Engine, replies []reply)) {
	for name, o := range map[string]Options{"wire": {}, "driver": {DriverRows: true}} {
		t.Run(name, func(t *testing.T) {
			replies := readTake(t)
			f := newFake(t, replies)
			e := f.engine(o)
			mustTakeFake(t, f, e)
			test(t, f, e, replies)
		})
	}
}

// TestCutAtEveryPacket ends the connection before every packet of a take, after it, and
// within it.
func TestCutAtEveryPacket(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake, e *Engine, replies []reply) {
		total := f.sent
		for cut := 1; cut <= total; cut++ {
			for _, part := range []func(p []byte) []byte{
				func([]byte) []byte { return nil }, func(p []byte) []byte { return p[:3] },
				func(p []byte) []byte { return p[:4] }, func(p []byte) []byte { return p[:len(p)-1] },
			} {
				f.reset(replies)
				f.batch = true
				f.send = func(n int, conn net.Conn, p []byte) error {
					if n == cut {
						conn.Write(part(p))
						return errCut
					}
					_, err := conn.Write(p)
					return err
				}
				if content, err := takeFake(t, e); err == nil {
					t.Fatalf("cut at packet %d of %d, and good: %+v", cut, total, content.Totals)
				}
			}
		}
		t.Logf("%d packets", total)
	})
}

// TestErrorAtEveryStatement answers every statement of a take with an error in turn, and
// every result with an error after its first rows.
func TestErrorAtEveryStatement(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake, e *Engine, replies []reply) {
		total := len(f.asked)
		for _, number := range []uint16{1105, 1205, 1213, 1412, 1142} {
			for bad := 1; bad <= total; bad++ {
				f.reset(replies)
				f.batch = true
				f.answer = func(n int, _ string, r reply) *reply {
					if n == bad {
						return &reply{Err: number}
					}
					return nil
				}
				content, err := takeFake(t, e)
				ask := f.asked[bad-1]
				if err == nil && (number == 1412 || number == 1213 || number == 1205) && content.Totals.Rows == 3 {
					continue // the capture was begun anew
				}
				if err == nil {
					t.Fatalf("error %d at statement %d, %s, and good: %+v", number, bad, ask, content.Totals)
				}
			}
		}
		f.reset(replies)
		whole := f.packetsOf(t, e)
		for bad := 1; bad <= whole; bad++ {
			f.reset(replies)
			f.send = func(n int, conn net.Conn, p []byte) error {
				if n == bad {
					p = append([]byte{byte(len(failure(1105))), 0, 0, p[3]}, failure(1105)...)
				}
				_, err := conn.Write(p)
				return err
			}
			if content, err := takeFake(t, e); err == nil {
				t.Fatalf("an error as packet %d, and good: %+v", bad, content.Totals)
			}
		}
	})
}

// packetsOf counts the packets of a take.
func (f *fake) packetsOf(t *testing.T, e *Engine) int {
	t.Helper()
	mustTakeFake(t, f, e)
	return f.sent
}

// hostilePackets are what may stand in the place of a packet.
var hostilePackets = map[string]func(p []byte) []byte{
	"length says more":     func(p []byte) []byte { return append([]byte{p[0] + 1}, p[1:]...) },
	"length says 16 MiB":   func(p []byte) []byte { return append([]byte{0xff, 0xff, 0xff}, p[3:]...) },
	"length says less":     func(p []byte) []byte { return append([]byte{p[0] - 1}, p[1:]...) },
	"length says nothing":  func(p []byte) []byte { return append([]byte{0, 0, 0}, p[3:]...) },
	"empty":                func(p []byte) []byte { return []byte{0, 0, 0, p[3]} },
	"next number":          func(p []byte) []byte { p = bytes.Clone(p); p[3]++; return p },
	"number before":        func(p []byte) []byte { p = bytes.Clone(p); p[3]--; return p },
	"twice":                func(p []byte) []byte { return append(bytes.Clone(p), p...) },
	"2^62 columns":         func(p []byte) []byte { return framed(p[3], binary.LittleEndian.AppendUint64([]byte{0xfe}, 1<<62)) },
	"2^63 columns":         func(p []byte) []byte { return framed(p[3], binary.LittleEndian.AppendUint64([]byte{0xfe}, 1<<63)) },
	"2^32 columns":         func(p []byte) []byte { return framed(p[3], binary.LittleEndian.AppendUint64([]byte{0xfe}, 1<<32)) },
	"2^24-1 columns":       func(p []byte) []byte { return framed(p[3], []byte{0xfd, 0xff, 0xff, 0xff}) },
	"65535 columns":        func(p []byte) []byte { return framed(p[3], []byte{0xfc, 0xff, 0xff}) },
	"a request for a file": func(p []byte) []byte { return framed(p[3], append([]byte{packetNull}, "/etc/hostname"...)) },
	"NULs":                 func(p []byte) []byte { return framed(p[3], make([]byte, len(p))) },
	"NULLs":                func(p []byte) []byte { return framed(p[3], bytes.Repeat([]byte{packetNull}, len(p))) },
	"EOF":                  func(p []byte) []byte { return framed(p[3], lastEOF) },
	"half an EOF":          func(p []byte) []byte { return framed(p[3], []byte{packetEOF}) },
	"OK that goes on":      func(p []byte) []byte { return framed(p[3], []byte{packetEOF, 0, 0, 10, 0, 0, 0}) },
	"half an error":        func(p []byte) []byte { return framed(p[3], []byte{packetError}) },
	"a value of 2^63 bytes": func(p []byte) []byte {
		return framed(p[3], binary.LittleEndian.AppendUint64([]byte{1, 'x', 0xfe}, 1<<63))
	},
	"noise": func(p []byte) []byte { return framed(p[3], bytes.Repeat([]byte{0xfe, 0xfd, 0xfc, 0x01, 0xff}, 20)) },
}

func framed(seq byte, payload []byte) []byte {
	return append([]byte{byte(len(payload)), byte(len(payload) >> 8), 0, seq}, payload...)
}

// TestHostilePackets puts every hostile packet in every place of a take. What comes back is
// an error or the recorded content, without a panic that leaves the engine, without hanging
// and without much memory.
func TestHostilePackets(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake, e *Engine, replies []reply) {
		total := f.sent
		good := 0
		for kind, name := range slices.Sorted(maps.Keys(hostilePackets)) {
			change := hostilePackets[name]
			for bad := 1; bad <= total; bad++ {
				if (bad+kind)%soak.Of(11, 1) != 0 && bad < total-40 {
					continue // every packet meets two kinds; the last 40, those of the rows, all
				}
				f.reset(replies)
				f.impatient, f.batch = true, true
				f.send = func(n int, conn net.Conn, p []byte) error {
					if n == bad {
						conn.Write(change(p))
						if len(p) > 0 && strings.HasPrefix(name, "length says") {
							return errCut // the rest of what was promised never comes
						}
						return nil
					}
					_, err := conn.Write(p)
					return err
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				content, err := takeFake(t, e)
				runtime.ReadMemStats(&after)
				if grown := after.TotalAlloc - before.TotalAlloc; grown > 100<<20 {
					t.Errorf("%s as packet %d: %d bytes were allocated", name, bad, grown)
				}
				if err == nil {
					good++
					if content.Totals.Rows != 3 || content.Totals.Tables != 2 {
						t.Errorf("%s as packet %d, and good: %+v", name, bad, content.Totals)
					}
				}
			}
		}
		t.Logf("%d packets, %d takes were good", total, good)
	})
}

// TestSlowServer sends every byte by itself, and later none at all.
func TestSlowServer(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake, e *Engine, replies []reply) {
		f.reset(replies)
		f.send = func(_ int, conn net.Conn, p []byte) error {
			for i := range p {
				if _, err := conn.Write(p[i : i+1]); err != nil {
					return err
				}
			}
			return nil
		}
		mustTakeFake(t, f, e)
		total := f.sent
		for silent := 1; silent <= total; silent += soak.Of(31, 3) {
			f.reset(replies)
			ended := make(chan struct{})
			f.send = func(n int, conn net.Conn, p []byte) error {
				if n >= silent {
					<-ended
					return errCut
				}
				_, err := conn.Write(p)
				return err
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			began := time.Now()
			_, _, err := takeInto(ctx, e, newTestDir(t))
			cancel()
			close(ended)
			if err == nil || time.Since(began) > time.Minute {
				t.Errorf("silent from packet %d on: %v after %s", silent, err, time.Since(began))
			}
		}
	})
}

// TestServerHangsWhileItIsRead lets the server fall silent at every packet of reading out, its
// connections open: the take ends by itself and says why.
func TestServerHangsWhileItIsRead(t *testing.T) {
	for name, o := range map[string]Options{"wire": {}, "driver": {DriverRows: true}} {
		t.Run(name, func(t *testing.T) {
			replies := readTake(t)
			f := newFake(t, replies)
			first, total := f.packetsOfReadOut(t, f.engine(o))
			o.Stall = 100 * time.Millisecond
			e := f.engine(o)
			for silent := first + 1; silent <= total; silent += soak.Of(3, 1) {
				f.reset(replies)
				ended := make(chan struct{})
				f.send = func(n int, conn net.Conn, p []byte) error {
					if n >= silent {
						<-ended
						return errCut
					}
					_, err := conn.Write(p)
					return err
				}
				_, err := takeFake(t, e)
				close(ended)
				if !errors.Is(err, errStalled) || !errors.Is(err, executor.ErrUnreachable) || !strings.Contains(err.Error(), "not a byte came for 100ms") {
					t.Errorf("silent from packet %d of %d on: %v", silent, total, err)
				}
			}
		})
	}
}

// packetsOfReadOut counts the packets before reading out begins, and all.
func (f *fake) packetsOfReadOut(t *testing.T, e *Engine) (before, total int) {
	t.Helper()
	p, err := e.Prepare(t.Context(), executor.TakeSpec{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Capture(t.Context()); err != nil {
		t.Fatal(err)
	}
	before = f.sent
	if _, err := p.ReadOut(t.Context(), newTestDir(t), nil); err != nil {
		t.Fatal(err)
	}
	return before, f.sent
}

// TestSlowReadingIsNoStall lets the reader wait for longer than the server may be silent.
func TestSlowReadingIsNoStall(t *testing.T) { synctest.Test(t, slowReadingIsNoStall) }

func slowReadingIsNoStall(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	l := &line{Conn: client}
	l.wait(50 * time.Millisecond)
	go server.Write([]byte("x"))
	time.Sleep(100 * time.Millisecond) // as a throttle does
	if n, err := l.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, errStalled) {
		t.Errorf("a silent server: %v", err)
	}
	l.end()
	if _, err := l.Read(make([]byte, 1)); err == nil || errors.Is(err, errStalled) {
		t.Errorf("a line that was ended: %v", err)
	}
}
