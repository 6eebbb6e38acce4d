package cassandraengine

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
)

// listen serves each connection with handle, until the test ends.
func listen(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); handle(conn) }()
		}
	}()
	return l.Addr().String()
}

// Opcodes of the native protocol, version 3 and 4.
const (
	opError, opStartup, opAuthenticate, opOptions, opSupported, opAuthChallenge, opAuthResponse = 0x00, 0x01, 0x03, 0x05, 0x06, 0x0E, 0x0F
)

// frames answers each request frame of the native protocol; answer gets version and opcode.
func frames(answer func(version, op byte) (byte, []byte)) func(net.Conn) {
	return requests(func(version, op byte, _ []byte) (byte, []byte) { return answer(version, op) })
}

// bodies answers with the body of each request known.
func bodies(answer func(op byte, body []byte) (byte, []byte)) func(net.Conn) {
	return requests(func(_, op byte, body []byte) (byte, []byte) { return answer(op, body) })
}

func requests(answer func(version, op byte, body []byte) (byte, []byte)) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			head := make([]byte, 9)
			if _, err := io.ReadFull(conn, head); err != nil {
				return
			}
			request := make([]byte, binary.BigEndian.Uint32(head[5:]))
			if _, err := io.ReadFull(conn, request); err != nil {
				return
			}
			op, body := answer(head[0], head[4], request)
			reply := []byte{head[0] | 0x80, 0, head[2], head[3], op, 0, 0, 0, 0}
			binary.BigEndian.PutUint32(reply[5:], uint32(len(body)))
			if _, err := conn.Write(append(reply, body...)); err != nil {
				return
			}
		}
	}
}

func text(s string) []byte { return append([]byte{byte(len(s) >> 8), byte(len(s))}, s...) }

func TestConnectWithoutPassword(t *testing.T) {
	address := listen(t, frames(func(_, op byte) (byte, []byte) {
		if op == opOptions {
			return opSupported, []byte{0, 0}
		}
		return opAuthenticate, text("org.apache.cassandra.auth.PasswordAuthenticator")
	}))
	if _, err := connectCQL(t.Context(), config.Cassandra{Address: address}, time.Second); !errors.Is(err, executor.ErrCredentials) {
		t.Errorf("error %v", err)
	}
}

// Cassandra 2.1 speaks protocol 3 at most.
func TestConnectFallsBackToProtocol3(t *testing.T) {
	seen := make(chan byte, 100)
	address := listen(t, frames(func(version, _ byte) (byte, []byte) {
		seen <- version
		return opError, append([]byte{0, 0, 0, 0x0A}, text("Invalid or unsupported protocol version (4); the lowest supported version is 1 and the greatest is 3")...)
	}))
	if _, err := connectCQL(t.Context(), config.Cassandra{Address: address}, time.Second); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
	var versions []byte
	for len(seen) > 0 {
		versions = append(versions, <-seen)
	}
	if len(versions) < 2 || versions[0] != 4 || versions[len(versions)-1] != 3 {
		t.Errorf("versions %v", versions)
	}
}

func TestConnectNeverHangs(t *testing.T) {
	silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := connectCQL(ctx, config.Cassandra{Address: silent}, time.Second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if _, err := connectCQL(t.Context(), config.Cassandra{Address: silent}, 300*time.Millisecond); !errors.Is(err, executor.ErrUnreachable) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %s", took)
	}
	for _, address := range []string{"127.0.0.1:1", "nonsense", "127.0.0.1:x"} {
		if _, err := connectCQL(t.Context(), config.Cassandra{Address: address}, time.Second); !errors.Is(err, executor.ErrUnreachable) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
