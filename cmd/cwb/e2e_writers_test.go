//go:build servers

package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/soak"
)

// writers backs Ellis up while its service works, and while somebody changes its schema.
func writers(t *testing.T, s *servers) {
	t.Run("sets are of one moment while lines are given and taken", func(t *testing.T) { givingLines(t, s) })
	t.Run("schema changes never make a good set that lacks something", func(t *testing.T) { changingSchema(t, s) })
}

// givingLines gives and takes lines, each in one transaction of several statements: a user
// comes and goes with the numbers that he owns, and the ledger's sum stays 0.
func givingLines(t *testing.T, s *servers) {
	mysql(t, s.ellis, "USE ellis", "CREATE TABLE ledger (id INT PRIMARY KEY, amount INT NOT NULL)", "INSERT INTO ledger SELECT seq, 0 FROM seq_1_to_50")
	l := newLab(t, s, onlyEllis)
	atWork := startWriters(t, s, 3, func(ctx context.Context, tx *sql.Tx, who int, random *rand.Rand) error {
		number, user := fmt.Sprintf("n%d-%d", who, random.IntN(200)), fmt.Sprintf("u%d-%d", who, random.Int64())
		amount := random.IntN(100)
		for _, q := range []string{
			fmt.Sprintf("DELETE users, numbers FROM numbers JOIN users ON owner_id = user_id WHERE number_id = '%s'", number),
			fmt.Sprintf("INSERT INTO users (user_id, password, full_name, email) VALUES ('%s', 'x', 'x', '%s')", user[:min(36, len(user))], user[:min(36, len(user))]),
			fmt.Sprintf("INSERT INTO numbers (number_id, number, owner_id) VALUES ('%s', '%s', '%s')", number, number, user[:min(36, len(user))]),
			fmt.Sprintf("UPDATE ledger SET amount = amount + %d WHERE id = %d", amount, 1+random.IntN(25)),
			fmt.Sprintf("UPDATE ledger SET amount = amount - %d WHERE id = %d", amount, 26+random.IntN(25)),
		} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	seen := map[string]bool{}
	for range takesInWrites {
		set := l.takesSet()
		mysql(t, s.spare, "DROP DATABASE IF EXISTS ellis")
		l.loadExport(s.spare, set)
		torn := queryStrings(t, s.spare, `SELECT CONCAT_WS(' ',
			(SELECT COUNT(*) FROM ellis.numbers LEFT JOIN ellis.users ON owner_id = user_id WHERE owner_id IS NOT NULL AND user_id IS NULL),
			(SELECT COUNT(*) FROM ellis.users LEFT JOIN ellis.numbers ON owner_id = user_id WHERE number_id IS NULL),
			(SELECT SUM(amount) FROM ellis.ledger))`)
		if diff := cmp.Diff([]string{"0 0 0"}, torn); diff != "" {
			t.Errorf("set %s is torn (numbers without user, users without number, sum of the ledger):\n%s", set, diff)
		}
		seen[strings.Join(queryStrings(t, s.spare, "SELECT CONCAT(id, ' ', amount) FROM ellis.ledger ORDER BY id"), ",")] = true
		l.nextNight()
	}
	soak.Figures(t, "%d takes of the binary beside writers, each loaded", takesInWrites)
	if written := atWork.stop(); written < 20 || len(seen) < 2 {
		t.Errorf("the writers wrote only %d times, and %d sets differ", written, len(seen))
	}
}

// changingSchema renames, alters and refills tables during takes. A take may fail; a set that
// is good has each table once and whole.
func changingSchema(t *testing.T, s *servers) {
	s.refillEllis(t)
	mysql(t, s.ellis, "USE ellis", "CREATE TABLE here (id INT PRIMARY KEY, text VARCHAR(200))",
		"INSERT INTO here SELECT seq, REPEAT('x', 150) FROM seq_1_to_5000",
		"CREATE TABLE wide (id INT PRIMARY KEY, text VARCHAR(200))", "INSERT INTO wide SELECT seq, REPEAT('y', 150) FROM seq_1_to_5000")
	l := newLab(t, s, onlyEllis)
	l.takesSet()
	ddl := startDDL(t, s, "RENAME TABLE here TO there", "ALTER TABLE wide ADD COLUMN more INT DEFAULT 7, ALGORITHM = COPY",
		"RENAME TABLE there TO here", "ALTER TABLE wide DROP COLUMN more, ALGORITHM = COPY", "CREATE TABLE passing (id INT)", "DROP TABLE passing")
	good, refused := 0, 0
	for range takesInDDL {
		l.nextNight()
		o := l.cwb(exitCodeAny, "apply", "--auto-approve", "--json")
		if o.code != int(exitDone) {
			refused++
			l.noDebris()
			continue
		}
		good++
		set := l.list().Sets[0].ID
		mysql(t, s.spare, "DROP DATABASE IF EXISTS ellis")
		l.loadExport(s.spare, set)
		got := queryStrings(t, s.spare, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ellis' AND table_name <> 'passing' ORDER BY 1")
		if !slices.Equal(got, []string{"here", "numbers", "users", "wide"}) && !slices.Equal(got, []string{"numbers", "there", "users", "wide"}) {
			t.Errorf("set %s is good and has the tables %v", set, got)
		}
		for _, table := range got {
			if rows := queryStrings(t, s.spare, "SELECT COUNT(*) FROM ellis."+table); table != "users" && table != "numbers" && rows[0] != "5000" {
				t.Errorf("set %s is good and has %s rows of %s", set, rows[0], table)
			}
		}
	}
	if changes := ddl.stop(); changes < 8 {
		t.Errorf("only %d changes were made", changes)
	}
	soak.Figures(t, "%d takes of the binary beside changing tables were good, %d were refused", good, refused)
	l.nextNight()
	l.takesSet()
}

// atWork is something that goes on in the background until it is stopped.
type atWork struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup
	mu     sync.Mutex
	done   int
}

// stop ends it and tells how often it did its work.
func (w *atWork) stop() int {
	w.cancel()
	w.wait.Wait()
	return w.done
}

func (w *atWork) count() { w.mu.Lock(); w.done++; w.mu.Unlock() }

// startWriters runs transactions on Ellis; those that lose a race are tried again.
func startWriters(t *testing.T, s *servers, n int, one func(context.Context, *sql.Tx, int, *rand.Rand) error) *atWork {
	t.Helper()
	db, err := s.ellis.Open("ellis")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &atWork{cancel: cancel}
	for who := range n {
		w.wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(who), 0))
			for ctx.Err() == nil {
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					continue
				}
				if one(ctx, tx, who, random) == nil && tx.Commit() == nil {
					w.count()
					continue
				}
				_ = tx.Rollback()
			}
		})
	}
	t.Cleanup(func() { w.stop(); db.Close() })
	return w
}

// startDDL runs statements on Ellis, again and again.
func startDDL(t *testing.T, s *servers, statements ...string) *atWork {
	t.Helper()
	db, err := s.ellis.Open("ellis")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &atWork{cancel: cancel}
	w.wait.Go(func() {
		for ctx.Err() == nil {
			for _, statement := range statements {
				// Never cut in the middle: the statements belong together.
				if _, err := db.ExecContext(context.WithoutCancel(ctx), statement); err != nil {
					t.Errorf("%s: %v", statement, err)
					return
				}
				w.count()
			}
		}
	})
	t.Cleanup(func() { w.stop(); db.Close() })
	return w
}
