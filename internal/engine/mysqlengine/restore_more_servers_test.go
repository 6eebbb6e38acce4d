//go:build servers

package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"cwb/executor"
	"cwb/internal/backup"
)

// TestRestoreOntoAnEmptyServer brings the corpora onto a new server, with and without LOAD
// DATA LOCAL.
func TestRestoreOntoAnEmptyServer(t *testing.T) {
	source := newBed(t)
	databases := source.loadCorpora()
	content, dir, err := source.take(source.wide(source.node(databases...)))
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{"load data": nil, "inserts": {"--local-infile=0"}} {
		t.Run(name, func(t *testing.T) {
			target := newBed(t, append(args, "--log-bin-trust-function-creators=1")...)
			e := target.wide(target.node(databases...))
			o := target.order(content, dir, restoreID)
			x, err := e.Examine(t.Context(), o)
			if err != nil || len(x.Refusals) != 1 || x.Refusals[0].Flag != "--onto-new-identity" {
				t.Fatalf("%+v, %v", x.Refusals, err)
			}
			o.OntoNewIdentity = true
			x = mustExamine(t, e, o)
			if strings.Contains(x.Method, "INSERT") != (args != nil) || !strings.Contains(strings.Join(x.Warnings, " "), "nobody@nowhere") {
				t.Errorf("%s; %q", x.Method, x.Warnings)
			}
			before := target.describeDatabases()
			mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap)
			compareServers(t, source, target, databases)
			mustRun(t, e, o, executor.PhaseUndo)
			if after := target.describeDatabases(); after != before {
				t.Errorf("after the undo: %s; before %s", after, before)
			}
		})
	}
}

// TestRestoreAs brings a database back under another name, beside the live one.
func TestRestoreAs(t *testing.T) {
	b := newBed(t)
	b.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	b.run(tangled)
	content, dir, err := b.take(b.engine(b.node("one", "two")))
	if err != nil {
		t.Fatal(err)
	}
	before := b.describeAll([]string{"one", "two"})
	e, o := b.engine(b.node("one", "two")), b.order(content, dir, restoreID)
	o.As = "be`side"
	if x, err := e.Examine(t.Context(), o); err != nil || len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, "one database") {
		t.Errorf("%+v, %v", x.Refusals, err)
	}
	o.Selection.Databases = []string{"one"}
	mustExamine(t, e, o)
	mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap, executor.PhaseConfirm)
	compareMaps(t, b.describeAll([]string{"one", "two"}), before)
	beside := b.describe("be`side")
	for key, value := range b.describe("one") {
		value = strings.ReplaceAll(value, "`one`", "`be``side`")
		if strings.HasPrefix(key, "event ") || key == "database" || strings.HasPrefix(key, "trigger ") {
			continue
		}
		if beside[key] != value {
			t.Errorf("%s:\n got %s\nwant %s", key, beside[key], value)
		}
	}
	if !strings.Contains(beside["event e"], "DISABLED") {
		t.Errorf("the event runs: %s", beside["event e"])
	}
	o = b.order(content, dir, "20261123T000005Z")
	o.As, o.Selection.Databases = "be`side", []string{"one"}
	if x, err := e.Examine(t.Context(), o); err != nil || len(x.Refusals) != 1 || !strings.Contains(x.Refusals[0].Reason, "not empty") {
		t.Errorf("%+v, %v", x.Refusals, err)
	}
}

// TestRestoreOneTable restores a table whose foreign keys lead in and out of the selection.
func TestRestoreOneTable(t *testing.T) {
	b := newBed(t)
	b.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	b.run(tangled)
	databases := []string{"one", "two"}
	content, dir, err := b.take(b.engine(b.node(databases...)))
	if err != nil {
		t.Fatal(err)
	}
	whole := b.describeAll(databases)
	b.run("USE one; SET foreign_key_checks = 0; DELETE FROM b; INSERT INTO a VALUES (5, NULL); CREATE DATABASE other; CREATE TABLE other.c (id INT PRIMARY KEY, b INT, CONSTRAINT cb FOREIGN KEY (b) REFERENCES one.b (id))")
	databases = append(databases, "other")
	before := b.describeAll(databases)
	e, o := b.engine(b.node("one", "two")), b.order(content, dir, restoreID)
	o.Selection.Tables = []string{"one.b"}
	x, err := e.Examine(t.Context(), o)
	if err != nil || len(x.Refusals) != 1 || x.Refusals[0].Flag != "--schema-mismatch" || !strings.Contains(x.Refusals[0].Reason, "`cb` of `other`.`c`") || !strings.Contains(x.Refusals[0].Reason, "`ab` of `one`.`a`") {
		t.Fatalf("%+v, %v", x.Refusals, err)
	}
	mustRun(t, e, o, executor.PhaseLoad)
	if err := e.Restore(t.Context(), executor.PhaseSwap, o, nil); !errors.Is(err, executor.ErrRefused) {
		t.Errorf("swap: %v", err)
	}
	compareMaps(t, b.describeAll(databases), before)
	o.SchemaMismatch = true
	mustExamine(t, e, o)
	mustRun(t, e, o, executor.PhaseSwap)
	got := b.describeAll(databases)
	for key, value := range before {
		if key == "one rows b" || key == "one checksum b" {
			value = whole[key]
		}
		if got[key] != value {
			t.Errorf("%s:\n got %s\nwant %s", key, got[key], value)
		}
	}
	// The old table must not hold on to live ones.
	b.exec("SET foreign_key_checks = 1")
	mustRun(t, e, o, executor.PhaseUndo)
	compareMaps(t, b.describeAll(databases), before)
	if left := b.leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestReadersNeverSeeLess reads and writes all the time while a restore, an undo and another
// restore go on: no table is ever missing, and none is ever half-filled.
func TestReadersNeverSeeLess(t *testing.T) {
	b := newBed(t)
	b.exec("CREATE DATABASE busy")
	b.exec("CREATE TABLE busy.parent (id INT PRIMARY KEY, v VARCHAR(100), KEY (v))")
	b.exec("CREATE TABLE busy.child (id INT PRIMARY KEY, parent INT, KEY (parent), CONSTRAINT cp FOREIGN KEY (parent) REFERENCES parent (id))")
	b.exec("CREATE TABLE busy.log (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)")
	b.exec("INSERT INTO busy.parent SELECT seq, REPEAT(seq, 10) FROM busy.seq_1_to_20000")
	b.exec("INSERT INTO busy.child SELECT seq, seq FROM busy.seq_1_to_20000")
	content, dir, err := b.take(New(b.node("busy"), Options{MachineID: b.machineID, ChunkBytes: 100_000, Connections: 2, PerConnection: 1}))
	if err != nil {
		t.Fatal(err)
	}
	b.exec("DELETE FROM busy.child WHERE id > 15000")
	ctx, cancel := context.WithCancel(t.Context())
	var reads, writes atomic.Int64
	var group errgroup.Group
	for range 2 {
		group.Go(func() error { return b.readBusy(ctx, &reads) })
	}
	group.Go(func() error { return b.writeBusy(ctx, &writes) })
	e := b.engine(b.node("busy"))
	for i := range 3 {
		o := b.order(content, dir, fmt.Sprintf("20261123T%06dZ", i))
		mustRun(t, e, o, executor.PhaseLoad, executor.PhaseSwap)
		if i < 2 {
			mustRun(t, e, o, executor.PhaseUndo)
		}
	}
	time.Sleep(50 * time.Millisecond)
	cancel()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%d reads, %d writes", reads.Load(), writes.Load())
	if reads.Load() == 0 || writes.Load() == 0 {
		t.Error("nobody read or wrote")
	}
}

// readBusy wants one of the two contents, whole, in every statement.
func (b *bed) readBusy(ctx context.Context, n *atomic.Int64) error {
	for ctx.Err() == nil {
		var parents, children int
		err := b.db.QueryRow("SELECT (SELECT COUNT(*) FROM busy.parent), (SELECT COUNT(*) FROM busy.child)").Scan(&parents, &children)
		if err != nil {
			return err
		}
		if parents != 20000 || children != 20000 && children != 15000 {
			return fmt.Errorf("saw %d parents and %d children", parents, children)
		}
		n.Add(1)
	}
	return nil
}

func (b *bed) writeBusy(ctx context.Context, n *atomic.Int64) error {
	for ctx.Err() == nil {
		if _, err := b.db.Exec("INSERT INTO busy.log (v) VALUES (1)"); err != nil {
			return err
		}
		if _, err := b.db.Exec("UPDATE busy.child SET parent = parent WHERE id = 77"); err != nil {
			return err
		}
		n.Add(1)
	}
	return nil
}

// TestRestoreRefusals: wrong things fail before anything is changed, by name.
func TestRestoreRefusals(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	b.exec("CREATE TRIGGER ellis.tr BEFORE INSERT ON ellis.users FOR EACH ROW SET @x = 1")
	content, dir := b.mustTake("ellis")
	before := b.describeDatabases()
	e := b.engine(b.node("ellis"))
	for name, change := range map[string]func(*executor.RestoreOrder, *Engine) string{
		"newer": func(o *executor.RestoreOrder, _ *Engine) string {
			o.Source.Record.Server.Version = "12.1.0-MariaDB"
			return "--newer-server"
		},
		"product": func(o *executor.RestoreOrder, _ *Engine) string {
			o.Source.Record.Server.Version, o.Source.Record.Server.Product = "8.0.36", "MySQL"
			return "--schema-mismatch"
		},
		"table": func(o *executor.RestoreOrder, _ *Engine) string {
			o.Selection.Tables = []string{"users", "nope"}
			return "no table `nope`"
		},
		"definer": func(o *executor.RestoreOrder, _ *Engine) string { o.Definer = "me"; return "--definer takes" },
		"damaged": func(o *executor.RestoreOrder, _ *Engine) string {
			o.Source.Dir = newTestDir(t)
			return "no such file"
		},
	} {
		o := b.order(content, dir, restoreID)
		want := change(&o, e)
		x, err := e.Examine(t.Context(), o)
		if err != nil || len(x.Refusals) == 0 || !strings.Contains(x.Refusals[0].Flag+x.Refusals[0].Reason, want) {
			t.Errorf("%s: %+v, %v", name, x.Refusals, err)
		}
	}
	few := b.asUser("few", func(grant func(privilege, on string)) { grant("SELECT, SHOW VIEW, TRIGGER, EVENT", "ellis.*") })
	x, err := few.Examine(t.Context(), b.order(content, dir, restoreID))
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(x.Refusals)
	for _, want := range []string{"GRANT INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE ON `ellis`.* TO 'few'@'localhost'", "ON `cwb\\_%`.* TO", "GRANT SET USER ON *.*", "log_bin_trust_function_creators"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said: %s", want, all)
		}
	}
	b.exec("SET GLOBAL read_only = 1")
	x, err = e.Examine(t.Context(), b.order(content, dir, restoreID))
	b.exec("SET GLOBAL read_only = 0")
	if err != nil || len(x.Refusals) != 1 || x.Refusals[0].Flag != "--on-replica" {
		t.Errorf("read_only: %+v, %v", x.Refusals, err)
	}
	if after := b.describeDatabases(); after != before {
		t.Errorf("databases: %s; before %s", after, before)
	}
}

// TestDamagedChunkIsNotSent: a chunk that is not what was backed up fails the load, and no
// row of it was sent.
func TestDamagedChunkIsNotSent(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	content, dir := b.mustTake("ellis")
	before := b.describe("ellis")
	o := b.order(content, dir, restoreID)
	at := slices.IndexFunc(o.Source.Manifest.Files, func(f backup.File) bool { return f.Table == "numbers" })
	o.Source.Manifest.Files[at].Content.SHA256 = strings.Repeat("0", 64)
	e := b.engine(b.node("ellis"))
	if err := e.Restore(t.Context(), executor.PhaseLoad, o, nil); !errors.Is(err, errDifferent) {
		t.Errorf("load: %v", err)
	}
	var rows int
	if err := b.db.QueryRow("SELECT COUNT(*) FROM cwb_20261123t000000z_1.numbers").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows were sent, %v", rows, err)
	}
	compareMaps(t, b.describe("ellis"), before)
	mustRun(t, e, o, executor.PhaseUndo)
	if left := b.leftovers(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSwapWaitsForATransaction: somebody's long transaction holds a table; the exchange is
// tried in short waits until it is over, and then done.
func TestSwapWaitsForATransaction(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	content, dir := b.mustTake("ellis")
	b.run("USE ellis; DELETE FROM numbers; ALTER TABLE users ADD COLUMN newer INT")
	node := b.node("ellis")
	node.MySQL.LockWait = time.Second
	e, o := b.engine(node), b.order(content, dir, restoreID)
	if x := mustExamine(t, e, o); !strings.Contains(strings.Join(x.Warnings, " "), "`users` has columns now that the backup does not have, and they go: `newer`") {
		t.Errorf("warnings: %q", x.Warnings)
	}
	mustRun(t, e, o, executor.PhaseLoad)
	tx, err := b.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("UPDATE ellis.users SET newer = 1"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	time.AfterFunc(2500*time.Millisecond, func() { tx.Commit() })
	mustRun(t, e, o, executor.PhaseSwap)
	if waited := time.Since(began); waited < 2*time.Second {
		t.Errorf("it waited for %s", waited)
	}
	var rows int
	if err := b.db.QueryRow("SELECT COUNT(*) FROM ellis.numbers").Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if err := b.db.QueryRow("SELECT COUNT(*) FROM cwb_undo_20261123t000000z_1.users WHERE newer = 1").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("the last write before the exchange is not in the undo: %d, %v", rows, err)
	}
}
