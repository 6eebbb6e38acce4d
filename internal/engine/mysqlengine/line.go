package mysqlengine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// line is the network connection under a session. It can be given a limit to how long a read
// may wait for the server's next byte: a server that hangs with its socket open (a frozen
// machine, a disk that does not answer) would otherwise keep the take, and the take its
// snapshot and locks, until somebody looks. Time in which nobody reads, because max_rate or
// the disk holds the take back, does not count.
type line struct {
	net.Conn
	patience atomic.Int64 // nanoseconds; 0: no limit
	stalled  atomic.Bool  // the limit was reached; the connection is of no use any more
	ended    atomic.Bool
}

// errStalled says that the server was silent for too long.
var errStalled = errors.New("the server sends nothing more")

// wait sets the limit of every later read.
func (l *line) wait(limit time.Duration) { l.patience.Store(int64(limit)) }

func (l *line) Read(p []byte) (int, error) {
	limit := time.Duration(l.patience.Load())
	if limit <= 0 {
		return l.Conn.Read(p)
	}
	if err := l.Conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	if l.ended.Load() {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := l.Conn.Read(p)
	if n == 0 && !l.ended.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		l.stalled.Store(true)
		return 0, l.stall()
	}
	return n, err
}

func (l *line) stall() error {
	return fmt.Errorf("%w: not a byte came for %s although its connection is open; look for a frozen machine, a full disk or an overloaded server, then take the backup again",
		errStalled, time.Duration(l.patience.Load()))
}

// end makes reads fail, the one under way and all later ones. A read sets its deadline before
// it looks whether the line has ended, so that it cannot undo the deadline that is set here.
func (l *line) end() {
	l.ended.Store(true)
	l.SetDeadline(time.Unix(1, 0))
}
