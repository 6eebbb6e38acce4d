//go:build servers

package mysqlengine

import (
	"io"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"

	"cwb/internal/soak"
)

// TestConnectionCutAnywhere puts a proxy between engine and server that cuts the connection
// after so many bytes of answers: no cut may leave a backup that says good.
func TestConnectionCutAnywhere(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	proxy := newCutter(t, b.Socket)
	node := b.node("ellis")
	node.MySQL.Socket = proxy.socket
	e := b.engine(node)
	proxy.limit.Store(1 << 40)
	whole, _, err := b.take(e)
	if err != nil {
		t.Fatal(err)
	}
	total := proxy.sent.Load()
	cuts := int64(soak.Of(150, 2000))
	step := max(1, total/cuts)
	soak.Figures(t, "a connection of %d bytes is cut after each %d", total, step)
	for limit := int64(0); limit < total; limit += step {
		proxy.limit.Store(limit)
		proxy.sent.Store(0)
		content, _, err := b.take(e)
		if err == nil && content.Totals.Rows != whole.Totals.Rows {
			t.Fatalf("cut after %d of %d bytes, and good with %d rows", limit, total, content.Totals.Rows)
		}
		if err == nil && limit < total-200 {
			t.Errorf("cut after %d of %d bytes, and no error", limit, total)
		}
	}
}

// cutter passes connections on to a server until limit bytes were answered in all.
type cutter struct {
	socket      string
	limit, sent atomic.Int64
}

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	c := &cutter{socket: filepath.Join(filepath.Dir(server), "cut.sock")}
	listener, err := net.Listen("unix", c.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go c.serve(client, server)
		}
	}()
	return c
}

func (c *cutter) serve(client net.Conn, server string) {
	defer client.Close()
	upstream, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	go io.Copy(upstream, client)
	buf := make([]byte, 4096)
	for {
		n, err := upstream.Read(buf)
		room := c.limit.Load() - c.sent.Load()
		if int64(n) > room {
			client.Write(buf[:max(room, 0)])
			return
		}
		c.sent.Add(int64(n))
		if _, writeErr := client.Write(buf[:n]); err != nil || writeErr != nil {
			return
		}
	}
}
