package testbed

import (
	"errors"
	"net"
	"testing"
)

func TestReservationExcludesOthersUntilReleased(t *testing.T) {
	prefix, first, err := reserveNetwork()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(prefix); !errors.Is(err, errTaken) {
		t.Errorf("second reservation of %s: %v; want %v", prefix, err, errTaken)
	}
	first.release()
	again, err := reserve(prefix)
	if err != nil {
		t.Errorf("reservation of %s after its release: %v", prefix, err)
	}
	again.release()
}

func TestPortFree(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if portFree("127.0.0.1", port) == nil {
		t.Errorf("port %d is in use, but called free", port)
	}
	listener.Close()
	if err := portFree("127.0.0.1", port); err != nil {
		t.Errorf("port %d is free again: %v", port, err)
	}
}
