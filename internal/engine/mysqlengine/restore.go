package mysqlengine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cwb/executor"
)

var _ executor.Restorer = (*Engine)(nil)

// Restore does one phase. Load brings everything into databases of its own beside the live
// ones; Swap moves the loaded tables into the place of the live ones by one RENAME TABLE,
// and then makes triggers, views, routines and events what they shall be; Undo does the same
// backwards; Confirm drops what was replaced. What has to be done is always read from the
// server and the notes, so that each phase can be begun again after any cut.
func (e *Engine) Restore(ctx context.Context, phase executor.RestorePhase, o executor.RestoreOrder, p executor.Progress) error {
	phases := map[executor.RestorePhase]func(*restore, context.Context) error{
		executor.PhaseLoad: (*restore).load, executor.PhaseSwap: (*restore).swap,
		executor.PhaseUndo: (*restore).undo, executor.PhaseConfirm: (*restore).confirm,
	}
	run, ok := phases[phase]
	if !ok {
		return fmt.Errorf("a restore of MySQL has no %s", phase)
	}
	r := &restore{e: e, o: o, progress: p}
	err := r.open(ctx)
	if err == nil {
		err = run(r, ctx)
	}
	r.close()
	return err
}

// restore is one phase of a restore while it runs.
type restore struct {
	e        *Engine
	o        executor.RestoreOrder
	progress executor.Progress
	s        *session // holds the restore's lock
	product  product
}

// holdSeconds is how long a phase waits for an earlier one whose connection was cut and
// whose last statement the server is still working on.
const holdSeconds = 120

// open connects and takes a lock that the server gives back when the connection ends: so no
// statement of an earlier try can still be on its way while this one looks around.
func (r *restore) open(ctx context.Context) error {
	var err error
	if r.s, err = r.e.restoreSession(ctx); err != nil {
		return err
	}
	if r.product, err = readProduct(ctx, r.s); err != nil {
		return err
	}
	got, err := r.s.one(ctx, fmt.Sprintf("SELECT GET_LOCK(%s, %d)", quoteBytes("cwb."+strings.ToLower(r.o.ID)), holdSeconds))
	if err != nil {
		return fmt.Errorf("take the restore's lock: %w", err)
	}
	if got != "1" {
		return errors.New("another connection of this restore is still at work on the server; wait for its end (SHOW PROCESSLIST)")
	}
	return nil
}

func (r *restore) close() {
	if r.s != nil {
		r.s.close()
	}
}

// report tells how far a phase is.
func (r *restore) report(done, total int64) {
	if r.progress != nil {
		r.progress(done, total)
	}
}

// plainMode is the sql_mode in which rows are loaded and tables are created.
const plainMode = "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"

// restoreSession connects with the settings under which everything can be put back as it
// was: rows that break today's rules were there, so they come back.
func (e *Engine) restoreSession(ctx context.Context) (*session, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	if e.opts.wrap != nil {
		s.conn = e.opts.wrap(s.conn)
	}
	if err := s.settleRestore(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("prepare the session: %w", err)
	}
	return s, nil
}

func (s *session) settleRestore(ctx context.Context) error {
	for _, statement := range []string{
		"SET SESSION sql_mode = '" + plainMode + "'",
		"SET SESSION foreign_key_checks = 0",
		// 0 makes MariaDB lock the whole table for a bulk insert (MDEV-515), which parallel
		// loads then wait for; and it had errors until 10.11.11 (MDEV-34703).
		"SET SESSION unique_checks = 1",
		"SET SESSION max_error_count = 65535",
	} {
		if err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		"SET SESSION innodb_strict_mode = 0",
		"SET SESSION check_constraint_checks = 0",                   // MariaDB
		"SET SESSION system_versioning_insert_history = 1",          // MariaDB 10.11
		"SET SESSION sql_generate_invisible_primary_key = 0",        // MySQL 8.0.30
		"SET SESSION sql_require_primary_key = 0",                   // MySQL 8.0.13
		"SET SESSION alter_algorithm = 'DEFAULT'",                   // MariaDB
		"SET SESSION show_create_table_skip_secondary_engine = OFF", // MySQL 8
	} {
		if err := s.exec(ctx, statement); err != nil && !isServerError(err, errUnknownVariable, errNeedsPrivilege) {
			return err
		}
	}
	return nil
}

// names sets the connection's character set.
func (s *session) names(ctx context.Context, charset string) error {
	return s.exec(ctx, "SET NAMES "+charset)
}

// errNeedsPrivilege is ER_SPECIFIC_ACCESS_DENIED_ERROR.
const errNeedsPrivilege = 1227
