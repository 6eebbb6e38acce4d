//go:build servers

package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/soak"
	"cwb/internal/testbed"
)

// TestTakesAreOfOneMoment takes backups while writers keep tables' counters equal: by one
// connection, and by several under BACKUP STAGE, with a binary log and without. Where the log
// is filtered, one connection reads, however many could.
func TestTakesAreOfOneMoment(t *testing.T) {
	t.Run("one connection", func(t *testing.T) {
		b := newBed(t)
		takesAreOfOneMoment(t, b, b.engine(b.node("d")), 1, 10)
	})
	t.Run("binary log", func(t *testing.T) {
		b := newBed(t)
		takesAreOfOneMoment(t, b, b.wide(b.node("d")), 4, 50)
	})
	t.Run("no log", func(t *testing.T) {
		b := newBedWith(t, testbed.MariaDBOptions{})
		takesAreOfOneMoment(t, b, b.wide(b.node("d")), 4, 10)
	})
	t.Run("filtered log", func(t *testing.T) {
		b := newBed(t, "--binlog-ignore-db=d")
		takesAreOfOneMoment(t, b, b.wide(b.node("d")), 1, 10)
		server, err := b.wide(b.node("d")).Inspect(t.Context())
		if err != nil || server.Consistency != rungSnapshot || !strings.Contains(server.ConsistencyReason, "binlog_ignore_db") {
			t.Errorf("%v; planned %q: %s", err, server.Consistency, server.ConsistencyReason)
		}
	})
}

func takesAreOfOneMoment(t *testing.T, b *bed, e *Engine, connections, takes int) {
	takes = soak.Of(takes, 500)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE zz_first (id INT PRIMARY KEY, n INT); CREATE TABLE aa_second (id INT PRIMARY KEY, n INT); CREATE TABLE m3 (i INT); CREATE TABLE m4 (i INT);" +
		"INSERT INTO zz_first VALUES (1,0),(2,0),(3,0); INSERT INTO aa_second VALUES (1,0),(2,0),(3,0)")
	stop := b.background(3, func(ctx context.Context, worker int) error {
		tx, err := b.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, table := range []string{"zz_first", "aa_second"} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE d.%s SET n = n + 1 WHERE id = %d", table, worker+1)); err != nil {
				tx.Rollback()
				return err
			}
		}
		return tx.Commit()
	})
	defer stop()
	last, wide := 0, 0
	for i := range takes {
		content, dir, used, err := b.takeWith(e)
		if err != nil {
			t.Fatal(err)
		}
		if used == connections {
			wide++
		}
		rows := map[string]string{}
		for _, table := range []string{"zz_first", "aa_second"} {
			m := manifestOf(content)
			m.Files = filter(m.Files, func(f backup.File) bool { return f.Table == table })
			for id, n := range storedTexts(t, dir, m) {
				rows[table+id] = n
			}
		}
		sum := 0
		for id := range 3 {
			key := strconv.Itoa(id + 1)
			if rows["zz_first"+key] != rows["aa_second"+key] {
				t.Fatalf("take %d is of two moments: %v", i, rows)
			}
			n, _ := strconv.Atoi(rows["zz_first"+key])
			sum += n
		}
		if sum < last {
			t.Fatalf("take %d is older than the one before: %d, %d", i, sum, last)
		}
		last = sum
	}
	if last == 0 {
		t.Error("nobody wrote meanwhile")
	}
	soak.Figures(t, "%d takes beside writers, %d of them by %d connections", takes, wide, connections)
	if wide == 0 {
		t.Errorf("no take had %d connections", connections)
	}
}

// takeWith also tells how many connections were used.
func (b *bed) takeWith(e *Engine) (executor.Content, testDir, int, error) {
	b.t.Helper()
	p, err := e.Prepare(b.t.Context(), executor.TakeSpec{})
	if err != nil {
		return executor.Content{}, "", 0, err
	}
	defer p.Close()
	if _, err := p.Capture(b.t.Context()); err != nil {
		return executor.Content{}, "", 0, err
	}
	dir := newTestDir(b.t)
	c, err := p.ReadOut(b.t.Context(), dir, nil)
	return c, dir, len(p.(*prepared).captured.snapshots), err
}

// background runs work in several goroutines until stop is called.
func (b *bed) background(workers int, work func(ctx context.Context, worker int) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := work(ctx, worker); err != nil && ctx.Err() == nil {
					b.t.Errorf("background: %v", err)
					return
				}
			}
		})
	}
	return sync.OnceFunc(func() { cancel(); wg.Wait() })
}

// TestDDLDuringTakes alters, truncates, drops and creates while takes go on. A take may be
// refused; one that is not has, for every table it lists, rows that fit its definition.
func TestDDLDuringTakes(t *testing.T) {
	b := newBed(t)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE stable (id INT PRIMARY KEY, n INT); INSERT INTO stable VALUES (1,1); " +
		"CREATE TABLE changing (id INT PRIMARY KEY, n INT); INSERT INTO changing VALUES (1,1),(2,2); CREATE TABLE swapped (id INT PRIMARY KEY, n INT); INSERT INTO swapped VALUES (1,1),(2,2)")
	i := 0
	stop := b.background(1, func(ctx context.Context, _ int) error {
		i++
		time.Sleep(3 * time.Millisecond)
		for _, s := range []string{
			fmt.Sprintf("ALTER TABLE d.changing ADD COLUMN extra%d INT DEFAULT %d", i, i),
			fmt.Sprintf("ALTER TABLE d.changing DROP COLUMN extra%d, FORCE", i),
			"CREATE OR REPLACE TABLE d.fresh (id INT PRIMARY KEY, n INT)", "INSERT INTO d.fresh VALUES (1,1),(2,2)",
			"RENAME TABLE d.swapped TO d.other, d.fresh TO d.swapped, d.other TO d.fresh",
			"CREATE OR REPLACE VIEW d.v AS SELECT " + strconv.Itoa(i) + " AS c FROM d.stable",
			"DROP TABLE d.fresh",
		} {
			if _, err := b.db.ExecContext(ctx, s); err != nil {
				return err
			}
			time.Sleep(time.Duration(i%7) * time.Millisecond)
		}
		return nil
	})
	defer stop()
	good, takes := 0, soak.Of(30, 500)
	for i := range takes {
		e := b.engine(b.node("d"))
		if i%2 == 1 {
			e = b.wide(b.node("d"))
		}
		content, _, err := b.take(e)
		if err != nil {
			if !errors.Is(err, executor.ErrRefused) {
				t.Fatalf("an error that says nothing: %v", err)
			}
			continue
		}
		good++
		rows := map[string]int64{}
		for _, table := range content.Tables {
			rows[table.Name] = table.Rows
		}
		if rows["stable"] != 1 || rows["changing"] != 2 || rows["swapped"] != 2 {
			t.Fatalf("a backup that says good lacks rows: %v", rows)
		}
	}
	soak.Figures(t, "%d takes beside changing tables, %d of them good, the others refused", takes, good)
}

// TestTruncateDuringCapture empties a table between the snapshot and its first read.
func TestTruncateDuringCapture(t *testing.T) {
	b := newBed(t)
	b.run("CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1),(2)")
	for _, ddl := range []string{"TRUNCATE d.t", "ALTER TABLE d.t ADD x INT, ALGORITHM=INSTANT", "DROP TABLE d.t", "ALTER TABLE d.t FORCE"} {
		b.exec("CREATE OR REPLACE TABLE d.t (id INT PRIMARY KEY)")
		b.exec("INSERT INTO d.t VALUES (1),(2)")
		p, err := b.engine(b.node("d")).Prepare(t.Context(), executor.TakeSpec{})
		if err != nil {
			t.Fatal(err)
		}
		inner := p.(*prepared)
		if err := inner.openSnapshots(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.exec(ddl)
		err = inner.touchAll(t.Context())
		if err == nil {
			err = inner.compareSchema(t.Context())
		}
		if !errors.Is(err, errMoved) {
			t.Errorf("%s: %v; want %v", ddl, err, errMoved)
		}
		p.Close()
	}
}

// TestServerDiesDuringTake kills the server between and within the phases.
func TestServerDiesDuringTake(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	for phase := range 2 {
		p, err := b.engine(b.node("ellis")).Prepare(t.Context(), executor.TakeSpec{})
		if err != nil {
			t.Fatal(err)
		}
		if phase == 1 {
			if _, err := p.Capture(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Kill(); err != nil {
			t.Fatal(err)
		}
		if phase == 0 {
			_, err = p.Capture(t.Context())
		} else {
			_, err = p.ReadOut(t.Context(), newTestDir(t), nil)
		}
		if !errors.Is(err, executor.ErrUnreachable) || !strings.Contains(err.Error(), b.Socket) {
			t.Errorf("phase %d: %v", phase, err)
		}
		p.Close()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
