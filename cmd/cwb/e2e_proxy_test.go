//go:build servers

package main

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy stands before a server and can cut connections.
type proxy struct {
	listener net.Listener
	server   string

	mu    sync.Mutex
	sent  []int64 // bytes from the server to the client, by connection, in order
	limit map[int]int64
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, server: server}
	t.Cleanup(func() { listener.Close() })
	go p.serve()
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// restart forgets what was counted, and cuts connection number n (from 0) after so many
// bytes; a negative n cuts none.
func (p *proxy) restart(n int, after int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.limit = nil, map[int]int64{}
	if n >= 0 {
		p.limit[n] = after
	}
}

// largest tells which connection carried most, and how much.
func (p *proxy) largest() (n int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, sent := range p.sent {
		if sent > bytes {
			n, bytes = i, sent
		}
	}
	return n, bytes
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		n := len(p.sent)
		p.sent = append(p.sent, 0)
		p.mu.Unlock()
		go p.pass(client, n)
	}
}

func (p *proxy) pass(client net.Conn, n int) {
	defer client.Close()
	p.mu.Lock()
	address := p.server
	p.mu.Unlock()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, client); server.Close() }()
	buffer := make([]byte, 4096)
	for {
		read, err := server.Read(buffer)
		allowed := p.allow(n, int64(read))
		if _, failed := client.Write(buffer[:allowed]); failed != nil || err != nil || allowed < int64(read) {
			return
		}
	}
}

// allow counts what may still pass on a connection.
func (p *proxy) allow(n int, bytes int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n >= len(p.sent) {
		return 0 // of a count that was restarted
	}
	if limit, limited := p.limit[n]; limited {
		bytes = min(bytes, limit-p.sent[n])
	}
	p.sent[n] += bytes
	return bytes
}
