package mysqlengine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

const beginSnapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

// compareTries bounds how often snapshots are opened anew to stand at one position. Under
// 2,000 commits a second four connections meet in two of five tries, so twenty are plenty.
const compareTries = 20

// openSnapshots opens a snapshot on every session, all of one point. Where that cannot be
// proven in time, one connection does all the reading: it is of one point by itself.
func (p *prepared) openSnapshots(ctx context.Context) error {
	var err error
	together := false
	switch {
	case len(p.sessions) == 1:
	case p.survey.proof == proofStage:
		together, err = p.openUnderStage(ctx)
	default:
		together, err = p.openAndCompare(ctx)
	}
	if err != nil {
		return err
	}
	if together {
		p.captured.snapshots = p.sessions
		return nil
	}
	return p.openOne(ctx)
}

func (p *prepared) openOne(ctx context.Context) error {
	s := p.sessions[0]
	at, err := begin(ctx, s, p.e.opts.Now)
	if err != nil {
		return err
	}
	p.captured.snapshots, p.captured.at = p.sessions[:1], at
	p.captured.position, err = readPosition(ctx, s, p.survey.product)
	return err
}

// begin opens a snapshot and says when.
func begin(ctx context.Context, s *session, now func() time.Time) (time.Time, error) {
	if err := s.exec(ctx, beginSnapshot); err != nil {
		return time.Time{}, fmt.Errorf("open the snapshot: %w", err)
	}
	return now().UTC(), nil
}

// openAndCompare opens all snapshots at once and asks each where it stands; those that are
// behind are opened anew. Equal positions of a log that has every commit are one point.
func (p *prepared) openAndCompare(ctx context.Context) (bool, error) {
	positions := make([]map[string]string, len(p.sessions))
	behind := make([]int, len(p.sessions))
	for i := range behind {
		behind[i] = i
	}
	for range compareTries {
		if err := p.beginAndAsk(ctx, behind, positions); err != nil {
			return false, err
		}
		if behind = notNewest(positions); len(behind) == 0 {
			return true, p.settlePosition(ctx, positions[0])
		}
	}
	return false, p.rollbackAll(ctx)
}

// beginAndAsk opens the snapshots of some sessions side by side and notes where they stand.
func (p *prepared) beginAndAsk(ctx context.Context, which []int, positions []map[string]string) error {
	var group errgroup.Group // without a context of its own: cancelling a query costs its connection
	for _, i := range which {
		group.Go(func() error {
			return guard(func() error {
				if _, err := begin(ctx, p.sessions[i], p.e.opts.Now); err != nil {
					return err
				}
				var err error
				positions[i], err = binlogSnapshot(ctx, p.sessions[i])
				return err
			})
		})
	}
	return group.Wait()
}

// notNewest lists the snapshots that do not stand at the newest position; all of them where
// one has none.
func notNewest(positions []map[string]string) []int {
	newest, all := positions[0], []int{}
	for i, p := range positions {
		all = append(all, i)
		if p["binlog_snapshot_file"] == "" {
			return allOf(positions)
		}
		if comparePositions(p, newest) > 0 {
			newest = p
		}
	}
	return filter(all, func(i int) bool { return comparePositions(positions[i], newest) != 0 })
}

func allOf(positions []map[string]string) []int {
	var all []int
	for i := range positions {
		all = append(all, i)
	}
	return all
}

// comparePositions orders positions: binary logs are numbered, and so are their bytes.
func comparePositions(a, b map[string]string) int {
	fileA, fileB := a["binlog_snapshot_file"], b["binlog_snapshot_file"]
	return cmp.Or(cmp.Compare(len(fileA), len(fileB)), cmp.Compare(fileA, fileB),
		cmp.Compare(atoi(a["binlog_snapshot_position"]), atoi(b["binlog_snapshot_position"])))
}

func (p *prepared) rollbackAll(ctx context.Context) error {
	for _, s := range p.sessions {
		if err := s.exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	return nil
}

// settlePosition records where all snapshots stand.
func (p *prepared) settlePosition(ctx context.Context, position map[string]string) error {
	p.captured.at = p.e.opts.Now().UTC()
	var err error
	p.captured.position, err = withGTID(ctx, p.sessions[0], p.survey.product, position)
	return err
}

// openUnderStage holds back commits for as long as the snapshots take to open. When the
// server cannot get there within lock_wait, nobody is made to wait longer.
func (p *prepared) openUnderStage(ctx context.Context) (bool, error) {
	for _, stage := range []string{"START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"} {
		if err := p.stager.exec(ctx, "BACKUP STAGE "+stage); err != nil {
			if again := p.stager.exec(ctx, "BACKUP STAGE END"); again != nil && isServerError(err, errLockWaitTimeout) {
				return false, again
			}
			if isServerError(err, errLockWaitTimeout) {
				return false, nil
			}
			return false, fmt.Errorf("block commits: %w", err)
		}
	}
	err := p.beginAll(ctx)
	if end := p.stager.exec(ctx, "BACKUP STAGE END"); end != nil {
		err = errors.Join(err, fmt.Errorf("let commits go on: %w", end))
	}
	if err != nil {
		return false, err
	}
	p.captured.position, err = readPosition(ctx, p.sessions[0], p.survey.product)
	return true, err
}

func (p *prepared) beginAll(ctx context.Context) error {
	for _, s := range p.sessions {
		at, err := begin(ctx, s, p.e.opts.Now)
		if err != nil {
			return err
		}
		p.captured.at = at
	}
	return nil
}

// readPosition is where a snapshot stands in the binary log. MariaDB and Percona tell it per
// session and without a privilege; where nothing tells it, nothing is recorded.
func readPosition(ctx context.Context, s *session, p product) (map[string]string, error) {
	position, err := binlogSnapshot(ctx, s)
	if err != nil {
		return nil, err
	}
	return withGTID(ctx, s, p, position)
}

func binlogSnapshot(ctx context.Context, s *session) (map[string]string, error) {
	r, err := s.query(ctx, "SHOW STATUS LIKE 'binlog\\_snapshot\\_%'")
	if err != nil {
		return nil, fmt.Errorf("ask for the snapshot's position: %w", err)
	}
	position := map[string]string{}
	for _, row := range r.rows {
		if len(row[1]) > 0 {
			position[strings.ToLower(string(row[0]))] = string(row[1])
		}
	}
	return position, nil
}

// withGTID adds the position's GTID, which replicas are set up with.
func withGTID(ctx context.Context, s *session, p product, position map[string]string) (map[string]string, error) {
	file := position["binlog_snapshot_file"]
	if file == "" {
		return nil, nil
	}
	if !p.mariadb {
		return position, nil
	}
	gtid, err := s.one(ctx, fmt.Sprintf("SELECT BINLOG_GTID_POS(%s, %d)", quoteBytes(file), atoi(position["binlog_snapshot_position"])))
	if err != nil {
		return nil, fmt.Errorf("ask for the snapshot's GTID: %w", err)
	}
	if gtid != "" {
		position["gtid"] = gtid
	}
	return position, nil
}
