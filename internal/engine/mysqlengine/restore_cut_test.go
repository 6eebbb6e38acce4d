//go:build servers

package mysqlengine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"cwb/executor"
)

// statementCutter ends a restore's connections at the n-th statement that changes something: before
// the server has seen it, or after it was done and before the answer came.
type statementCutter struct {
	mu    sync.Mutex
	left  int // statements until the cut; 0: none
	after bool
	seen  int
	last  string
}

var errStatementCut = errors.New("cut")

func (c *statementCutter) wrap(conn driver.Conn) driver.Conn { return &statementConn{conn, c} }

type statementConn struct {
	driver.Conn
	c *statementCutter
}

func (c *statementConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *statementConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	cut := c.c.due(query)
	if cut && !c.c.after {
		c.Conn.Close()
		return nil, errStatementCut
	}
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	if cut {
		c.Conn.Close()
		return nil, errStatementCut
	}
	return result, err
}

func (c *statementCutter) due(query string) bool {
	for _, harmless := range []string{"SET ", "USE ", "START ", "ROLLBACK"} {
		if strings.HasPrefix(query, harmless) {
			return false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	if c.left == 0 || c.seen < c.left {
		return false
	}
	if c.seen == c.left {
		c.last = query
	}
	return true
}

// tangled has one of everything that a swap has to put right.
const tangled = `
CREATE DATABASE one; CREATE DATABASE two; USE one; SET foreign_key_checks = 0;
CREATE SEQUENCE seq; CREATE TABLE numbered (id BIGINT DEFAULT NEXTVAL(seq) PRIMARY KEY, v INT, KEY (v));
CREATE TABLE a (id INT PRIMARY KEY, b INT, KEY (b), CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE);
CREATE TABLE b (id INT PRIMARY KEY, a INT, t INT, KEY (a), KEY (t), CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id), CONSTRAINT bt FOREIGN KEY (t) REFERENCES two.t (id));
CREATE TABLE two.t (id INT PRIMARY KEY AUTO_INCREMENT, v INT, KEY (v));
INSERT INTO two.t (v) VALUES (1),(2),(3); INSERT INTO a VALUES (1,1),(2,2); INSERT INTO b VALUES (1,1,1),(2,2,3); INSERT INTO numbered (v) VALUES (1),(2);
CREATE VIEW v AS SELECT a.id, w.v FROM a JOIN (SELECT v FROM two.t) w; CREATE VIEW vv AS SELECT * FROM v;
CREATE TRIGGER t1 BEFORE INSERT ON a FOR EACH ROW SET NEW.id = NEW.id; CREATE TRIGGER t2 AFTER INSERT ON a FOR EACH ROW SET @x = 1;
CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1; CREATE FUNCTION g() RETURNS INT DETERMINISTIC RETURN 2;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT 1;
`

const entangle = `
USE one; SET foreign_key_checks = 0;
DELETE FROM a; INSERT INTO a VALUES (7,7); DROP TABLE b; DROP TRIGGER t1; CREATE TRIGGER t3 BEFORE UPDATE ON a FOR EACH ROW SET @y = 1;
DROP VIEW vv; CREATE OR REPLACE VIEW v AS SELECT 1 AS x; CREATE TABLE vv (a INT); INSERT INTO vv VALUES (5);
DROP FUNCTION f; CREATE OR REPLACE FUNCTION g() RETURNS INT DETERMINISTIC RETURN 3;
DROP TABLE numbered; DROP SEQUENCE seq; CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01' DISABLE DO SELECT 2;
CREATE TABLE newer (id INT PRIMARY KEY); CREATE VIEW newerview AS SELECT * FROM newer; CREATE PROCEDURE newerproc() SELECT 1;
ALTER TABLE two.t ADD x INT; DELETE FROM two.t WHERE id = 2; CREATE VIEW numbered AS SELECT 1 AS id;
`

// TestRestoreCutAnywhere cuts each phase at each statement that changes something. Then it is
// finished by running it again, or undone: and everything is what it should be.
func TestRestoreCutAnywhere(t *testing.T) {
	b := newBed(t)
	b.exec("SET GLOBAL log_bin_trust_function_creators = 1")
	databases := []string{"one", "two"}
	b.run(tangled)
	content, dir, err := b.take(b.engine(b.node(databases...)))
	if err != nil {
		t.Fatal(err)
	}
	restored := b.describeAll(databases)
	b.run(entangle)
	before := b.describeAll(databases)
	e := b.engine(b.node(databases...))
	cut := &statementCutter{}
	e.opts.wrap = cut.wrap

	id := 0
	next := func() executor.RestoreOrder {
		id++
		o := b.order(content, dir, fmt.Sprintf("20261123T%06dZ", id))
		o.Exact = true
		return o
	}
	o := next()
	mustExamine(t, e, o)
	counts := map[executor.RestorePhase]int{}
	for _, phase := range []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap, executor.PhaseUndo} {
		*cut = statementCutter{}
		mustRun(t, e, o, phase)
		counts[phase] = cut.seen
		if phase == executor.PhaseSwap {
			compareMaps(t, b.describeAll(databases), restored)
		}
	}
	compareMaps(t, b.describeAll(databases), before)
	t.Logf("statements: %v", counts)

	phases := []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap}
	for _, phase := range []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap, executor.PhaseUndo} {
		for n := 1; n <= counts[phase]; n++ {
			for _, after := range []bool{false, true} {
				if testing.Short() && n%4 != 0 {
					continue
				}
				o := next()
				switch phase {
				case executor.PhaseSwap:
					mustRun(t, e, o, executor.PhaseLoad)
				case executor.PhaseUndo:
					mustRun(t, e, o, phases...)
				}
				*cut = statementCutter{left: n, after: after}
				err := e.Restore(t.Context(), phase, o, nil)
				name := fmt.Sprintf("%s cut at %d (after %v): %s", phase, n, after, clip(cut.last))
				*cut = statementCutter{}
				if err == nil {
					t.Errorf("%s: no error", name)
				}
				if phase == executor.PhaseLoad {
					check(t, name, b.describeAll(databases), before, "vv", "numbered", "seq")
				}
				if phase != executor.PhaseUndo && n%2 == 0 {
					mustRun(t, e, o, phases...)
					check(t, name+", run again", b.describeAll(databases), restored)
				}
				mustRun(t, e, o, executor.PhaseUndo)
				check(t, name+", undone", b.describeAll(databases), before)
				if left := b.leftovers(); len(left) > 0 {
					t.Errorf("%s: left behind: %v", name, left)
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		}
	}
}

// check compares, but for objects with one of some names.
func check(t *testing.T, name string, got, want map[string]string, but ...string) {
	t.Helper()
	for _, m := range []map[string]string{got, want} {
		for key := range m {
			if got[key] != want[key] && !skipped(key, but) {
				t.Errorf("%s: %s:\n got %s\nwant %s", name, key, clip(got[key]), clip(want[key]))
			}
		}
	}
}

func skipped(key string, but []string) bool {
	for _, b := range but {
		if strings.HasSuffix(key, " "+b) {
			return true
		}
	}
	return false
}
