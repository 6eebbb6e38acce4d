//go:build servers

package mysqlengine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/testbed"
)

// waits measures how long each statement of a writer took at most.
type waits struct {
	mu      sync.Mutex
	longest time.Duration
	writes  int
}

func (w *waits) add(took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.longest, w.writes = max(w.longest, took), w.writes+1
}

// writing lets writers write until stop is called, and measures them.
func (b *bed) writing(statements ...string) (w *waits, stop func()) {
	w = &waits{}
	return w, b.background(len(statements), func(ctx context.Context, worker int) error {
		began := time.Now()
		_, err := b.db.ExecContext(ctx, statements[worker])
		w.add(time.Since(began))
		time.Sleep(time.Millisecond)
		return err
	})
}

// holding runs statements in a session of its own, and keeps it open.
func (b *bed) holding(statements ...string) *sql.Conn {
	b.t.Helper()
	conn, err := b.db.Conn(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		conn.ExecContext(context.Background(), "BACKUP STAGE END")
		conn.ExecContext(context.Background(), "UNLOCK TABLES")
		conn.ExecContext(context.Background(), "ROLLBACK")
		conn.Close()
	})
	for _, s := range statements {
		if _, err := conn.ExecContext(b.t.Context(), s); err != nil {
			b.t.Fatalf("%s: %v", s, err)
		}
	}
	return conn
}

// bearable is what a statement may take when lock_wait is a second, on a machine that is busy
// with other things; what is in the way in these tests stays there for as long as they last.
const bearable = 10 * time.Second

// TestNobodyWaitsLongerThanLockWait puts things in the way of a take's locks that do not go
// away, on both versions, and measures writers beside it.
func TestNobodyWaitsLongerThanLockWait(t *testing.T) {
	for _, version := range testbed.MariaDBVersions() {
		t.Run(version.String(), func(t *testing.T) {
			b := newBedWith(t, testbed.MariaDBOptions{Version: version, BinLog: true})
			b.run("CREATE DATABASE d; USE d; CREATE TABLE i (id INT PRIMARY KEY, n INT); INSERT INTO i VALUES (1,0); CREATE TABLE j (id INT PRIMARY KEY, n INT); INSERT INTO j VALUES (1,0);" +
				"CREATE DATABASE old; USE old; CREATE TABLE m (id INT PRIMARY KEY, n INT) ENGINE=MyISAM; INSERT INTO m VALUES (1,0); CREATE TABLE i (id INT PRIMARY KEY, n INT); INSERT INTO i VALUES (1,0)")
			t.Run("stage behind a backup of others", func(t *testing.T) { b.t = t; b.stageGivesWay("BACKUP STAGE START") })
			t.Run("stage behind a lock of others", func(t *testing.T) { b.t = t; b.stageGivesWay("LOCK TABLES old.m WRITE") })
			t.Run("stage after a long preparation", func(t *testing.T) { b.t = t; b.stageIsReachedLate() })
			t.Run("stage behind a long statement", func(t *testing.T) { b.t = t; b.stageIsReached() })
			t.Run("lock tables behind a writer", func(t *testing.T) { b.t = t; b.lockTablesGivesWay() })
			t.Run("an ALTER while it is read", func(t *testing.T) { b.t = t; b.takeGivesWay(false) })
			t.Run("an ALTER before it is read", func(t *testing.T) { b.t = t; b.takeGivesWay(true) })
			t.Run("a stopped cwb", func(t *testing.T) { b.t = t; b.stoppedTakeHoldsNobody() })
			t.Run("a stopped cwb that holds LOCK TABLES", func(t *testing.T) { b.t = t; b.stoppedTakeUnlocks() })
			t.Run("a cwb that stops while it waits for LOCK TABLES", func(t *testing.T) { b.t = t; b.stoppedWaiterUnlocks() })
			t.Run("a lock_wait that is longer than a session may be silent", func(t *testing.T) { b.t = t; b.patientTakeKeepsItsLocker() })
		})
	}
}

func (b *bed) hasty(e *Engine, wait time.Duration) *Engine {
	e.node.MySQL.LockWait = wait
	return e
}

// stageGivesWay: one connection reads where the stage cannot be reached.
func (b *bed) stageGivesWay(inTheWay string) {
	b.holding(inTheWay)
	w, stop := b.writing("UPDATE d.i SET n = n + 1", "UPDATE d.j SET n = n + 1")
	content, _, used, err := b.takeWith(b.hasty(b.wide(b.node("d")), time.Second))
	stop()
	if err != nil || used != 1 || content.Consistency != rungSnapshot || content.Totals.Rows != 2 {
		b.t.Errorf("%v; %d connections, %s, %d rows", err, used, content.Consistency, content.Totals.Rows)
	}
	b.expectBearable(w, content)
}

func (b *bed) expectBearable(w *waits, content executor.Content) {
	b.t.Helper()
	if w.longest > bearable || w.writes == 0 {
		b.t.Errorf("of %d writes one took %s", w.writes, w.longest)
	}
	if content.Waited <= 0 || content.Waited > bearable {
		b.t.Errorf("others are said to have waited for %s", content.Waited)
	}
	b.t.Logf("%d writes, the longest took %s; the take says %s", w.writes, w.longest, content.Waited)
}

// stageIsReached: statements and transactions that take long are in nobody's way.
func (b *bed) stageIsReached() {
	b.holding("BEGIN", "UPDATE d.i SET n = n + 1")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go b.db.ExecContext(ctx, "SELECT SLEEP(60) FROM d.i")
	w, stop := b.writing("UPDATE d.j SET n = n + 1")
	content, _, used, err := b.takeWith(b.hasty(b.wide(b.node("d")), 10*time.Second))
	stop()
	if err != nil || used < 2 || content.Consistency != rungStage {
		b.t.Errorf("%v; %d connections, %s", err, used, content.Consistency)
	}
	b.expectBearable(w, content)
}

// stageIsReachedLate: other nodes of the set may need longer than lock_wait to get ready.
func (b *bed) stageIsReachedLate() {
	p, err := b.hasty(b.wide(b.node("d")), time.Second).Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.Close()
	time.Sleep(2500 * time.Millisecond)
	if _, err := p.Capture(b.t.Context()); err != nil {
		b.t.Error(err)
	}
	time.Sleep(1500 * time.Millisecond)
	if _, err := p.ReadOut(b.t.Context(), newTestDir(b.t), nil); err != nil {
		b.t.Error(err)
	}
}

// lockTablesGivesWay: a lock that does not come is asked for again, and then refused.
func (b *bed) lockTablesGivesWay() {
	b.holding("LOCK TABLES old.m WRITE")
	e := b.hasty(b.engine(b.node("old")), time.Second)
	e.node.MySQL.Lock = config.LockTables
	pauses := 0
	e.opts.sleep = func(ctx context.Context, d time.Duration) error { pauses++; return sleep(ctx, d) }
	w, stop := b.writing("UPDATE old.i SET n = n + 1") // in the same take
	_, _, err := b.take(e)
	stop()
	if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "lock_wait = 1s") || !strings.Contains(err.Error(), fmt.Sprintf("try %d of %[1]d", heldTries)) {
		b.t.Errorf("take: %v", err)
	}
	if pauses != heldTries-1 {
		b.t.Errorf("%d pauses", pauses)
	}
	if w.longest > bearable || w.writes == 0 {
		b.t.Errorf("of %d writes one took %s", w.writes, w.longest)
	}
	b.t.Logf("%d writes, the longest took %s", w.writes, w.longest)
}

// stoppedTakeHoldsNobody: the server ends the session of a take that stands still while
// commits wait for it.
func (b *bed) stoppedTakeHoldsNobody() {
	p, err := b.hasty(b.wide(b.node("d")), time.Second).Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.Close()
	inner := p.(*prepared)
	if err := inner.stager.hasty(b.t.Context(), inner.idle()); err != nil {
		b.t.Fatal(err)
	}
	reached, err := inner.stage(b.t.Context(), time.Now().Add(time.Minute), "START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT")
	if err != nil || !reached {
		b.t.Fatal(reached, err)
	}
	w, stop := b.writing("UPDATE d.i SET n = n + 1")
	defer stop()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		w.mu.Lock()
		writes := w.writes
		w.mu.Unlock()
		if writes > 0 {
			break
		}
		if time.Since(began) > time.Minute {
			b.t.Fatal("a commit still waits")
		}
	}
	if err := inner.stager.exec(b.t.Context(), "BACKUP STAGE END"); !errors.Is(err, executor.ErrUnreachable) {
		b.t.Errorf("the stage's session: %v", err)
	}
}

// stoppedTakeUnlocks: the locks of a healthy take outlast the time that its session may be
// silent; those of a take that stands still do not, and it is no backup.
func (b *bed) stoppedTakeUnlocks() {
	e := b.hasty(b.engine(b.node("old")), time.Minute)
	e.node.MySQL.Lock = config.LockTables
	e.opts.HeldFor = 6 * time.Second
	p, err := e.Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Capture(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	const update = "UPDATE old.m SET n = n + 1"
	healthy, cancel := context.WithTimeout(b.t.Context(), e.opts.HeldFor+2*time.Second)
	defer cancel()
	if _, err := b.db.ExecContext(healthy, update); !errors.Is(err, context.DeadlineExceeded) {
		b.t.Fatalf("a write to a locked table: %v", err)
	}
	p.(*prepared).keeper.end()
	if _, err := b.db.ExecContext(b.t.Context(), update); err != nil { // waits for the server
		b.t.Error(err)
	}
	if _, err := p.ReadOut(b.t.Context(), newTestDir(b.t), nil); !errors.Is(err, executor.ErrUnreachable) {
		b.t.Errorf("the take: %v", err)
	}
}

// frozen is a connection of a process that stands still as soon as it has asked for something.
type frozen struct {
	net.Conn
	at    string
	asked atomic.Bool
	melts <-chan struct{}
}

func (f *frozen) Write(p []byte) (int, error) {
	n, err := f.Conn.Write(p)
	f.asked.Store(f.asked.Load() || strings.Contains(string(p), f.at))
	return n, err
}

func (f *frozen) Read(p []byte) (int, error) {
	if f.asked.Load() {
		<-f.melts
	}
	return f.Conn.Read(p)
}

// stoppedWaiterUnlocks: the locks come when nobody hears of it any more.
func (b *bed) stoppedWaiterUnlocks() {
	e := b.hasty(b.engine(b.node("old")), time.Minute)
	e.node.MySQL.Lock = config.LockTables
	e.opts.HeldFor = 2 * time.Second
	p, err := e.Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.Close()
	other := b.holding("LOCK TABLES old.m WRITE")
	melts, locked := make(chan struct{}), make(chan error, 1)
	inner := p.(*prepared)
	inner.locker.line.Conn = &frozen{Conn: inner.locker.line.Conn, at: "LOCK TABLES", melts: melts}
	go func() { locked <- inner.lockTables(b.t.Context()) }()
	defer func() { close(melts); <-locked }()
	for b.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting%' AND INFO LIKE 'LOCK TABLES%'") == "0" {
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := other.ExecContext(b.t.Context(), "UNLOCK TABLES"); err != nil {
		b.t.Fatal(err)
	}
	patient, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	if _, err := b.db.ExecContext(patient, "UPDATE old.m SET n = n + 1"); err != nil {
		b.t.Errorf("a write to a locked table: %v", err)
	}
}

// patientTakeKeepsItsLocker: the locker lies idle while the take waits for another table, and in
// the pause before it tries again.
func (b *bed) patientTakeKeepsItsLocker() {
	e := b.hasty(b.engine(b.node("old")), 8*time.Second)
	e.node.MySQL.Lock = config.LockTables
	e.opts.HeldFor = 2 * time.Second
	other := b.holding("LOCK TABLES old.i WRITE")
	pauses := 0
	e.opts.sleep = func(ctx context.Context, d time.Duration) error {
		pauses++
		if _, err := other.ExecContext(ctx, "UNLOCK TABLES"); err != nil {
			return err
		}
		return sleep(ctx, d)
	}
	content, _, err := b.take(e)
	if err != nil || pauses != 1 || content.Totals.Rows != 2 {
		b.t.Errorf("%v, after %d pauses, %d rows", err, pauses, content.Totals.Rows)
	}
}

// takeGivesWay: an ALTER of a table that a slow take has still to read (the small one comes last:
// of tables that look equally large, the first by name), and those behind it,
// wait for about lock_wait; also when the reading has not begun, since others are read first.
func (b *bed) takeGivesWay(early bool) {
	b.run("CREATE OR REPLACE DATABASE slow; USE slow; CREATE TABLE a_small (id INT PRIMARY KEY); INSERT INTO a_small VALUES (1);" +
		"CREATE TABLE big (id INT PRIMARY KEY, v VARBINARY(1000)); INSERT INTO big SELECT seq, REPEAT('x', 1000) FROM seq_1_to_3000")
	e := b.hasty(b.engine(b.node("slow")), time.Second)
	e.node.MySQL.MaxRate = 50 << 10 // a minute
	p, err := e.Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := p.Capture(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	altered := make(chan error, 1)
	go func() {
		_, err := b.db.ExecContext(b.t.Context(), "ALTER TABLE slow.a_small ADD n INT")
		altered <- err
	}()
	began := time.Now()
	if early {
		if err := <-altered; err != nil {
			b.t.Error(err)
		}
		altered <- nil
	}
	_, err = p.ReadOut(b.t.Context(), newTestDir(b.t), nil)
	p.Close()
	if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), "`slow`.`a_small`") || !strings.Contains(err.Error(), "ALTER TABLE slow.a_small ADD n INT") {
		b.t.Errorf("the take: %v", err)
	}
	if err := <-altered; err != nil {
		b.t.Error(err)
	}
	if took := time.Since(began); took > 3*bearable {
		b.t.Errorf("the ALTER waited for %s", took)
	}
}

// TestTakeEasesOffOnABusyServer makes the server busy while a take reads, and idle again.
func TestTakeEasesOffOnABusyServer(t *testing.T) {
	b := newBed(t)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, v VARBINARY(1000)); INSERT INTO t SELECT seq, REPEAT('x', 1000) FROM seq_1_to_1200")
	e := b.engine(b.node("d"))
	e.node.MySQL.MaxRate = 100 << 10 // some ten seconds, unless it is held back
	looks, deaf := make(chan bool, 1), make(chan struct{})
	e.opts.TooBusy, e.opts.LoadEvery = 5, 50*time.Millisecond
	e.opts.looked = func(busy bool) {
		select {
		case looks <- busy:
		case <-deaf: // nobody listens any more
		}
	}
	p, err := e.Prepare(t.Context(), executor.TakeSpec{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Capture(t.Context()); err != nil {
		t.Fatal(err)
	}
	busy, idle := context.WithCancel(context.Background())
	var load sync.WaitGroup
	defer load.Wait()
	defer idle()
	read := make(chan struct{})
	var eased atomic.Int64
	var listener sync.WaitGroup
	listener.Go(func() {
		defer close(deaf)
		for first := true; eased.Load() < 2; first = false {
			select {
			case found := <-looks:
				if found {
					eased.Add(1)
				}
			case <-read:
				return
			}
			if first { // it found the server idle
				for range 20 {
					load.Go(func() { b.db.ExecContext(busy, "SELECT SLEEP(600)") })
				}
			}
		}
		idle()
	})
	began := time.Now()
	content, err := p.ReadOut(t.Context(), newTestDir(t), nil)
	close(read)
	listener.Wait()
	if err != nil || content.Totals.Rows != 1200 {
		t.Fatalf("%v; %d rows", err, content.Totals.Rows)
	}
	if eased.Load() == 0 {
		t.Error("the take did not ease off")
	}
	if took := time.Since(began); took > 5*time.Minute {
		t.Errorf("it took %s", took)
	}
}
