package executor

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// Errors that callers branch on with errors.Is.
var (
	ErrLocked      = errors.New("another run holds the lock")
	ErrUsed        = errors.New("this plan was applied before")
	ErrStale       = errors.New("the plan no longer fits")
	ErrCredentials = errors.New("the server refused the credentials")
	ErrRefused     = errors.New("refused")           // a take that could not be proven complete or consistent
	ErrUnreachable = errors.New("cannot be reached") // the place, not the step, is at fault
)

// A Node is one place where a server runs and its backups lie.
type Node interface {
	// Observe reads the place and asks the server. What cannot be read is said in the
	// state, not returned; only a cancelled context is an error. It takes no lock.
	Observe(ctx context.Context) (planner.NodeState, error)
	// Open takes the node's lock for a run. The error wraps ErrLocked, naming the holder,
	// when somebody else has it; a lock whose holder is dead is taken over.
	Open(ctx context.Context, who planner.Lock) (Session, error)
}

// A Session is what may be done on a node while its lock is held. Not for concurrent use.
type Session interface {
	// Mark creates the plan's marker exclusively: ErrUsed when it exists.
	Mark(ctx context.Context, plan planner.PlanID) error
	// Note appends to the node's journal and syncs it.
	Note(ctx context.Context, e Entry) error
	// Begin prepares a take: everything that can fail early does so here.
	Begin(ctx context.Context, o Order) (Take, error)
	// Run does one action that concerns this node alone: remove, clean, verify, adopt.
	// Doing it again after a crash in the middle finishes it.
	Run(ctx context.Context, a planner.Action, p Progress) error
	// Close gives the lock back. It can be called twice.
	Close() error
}

// Order is what a take shall make.
type Order struct {
	Deployment string
	Block      string
	Set        backup.SetID
	Purpose    backup.Purpose
	Members    []backup.NodeAddr
	Began      time.Time
	Tool       string
	Accept     bool // record that a shrunken set is meant
}

// A Take is one node's part of a set while it is being made: Capture once, then Finish once,
// or Abandon at any time. It is used by one goroutine at a time.
type Take interface {
	// Capture fixes the content at one moment and returns that moment. It is quick.
	Capture(ctx context.Context) (time.Time, error)
	// Finish reads out, hashes, verifies and writes the records, backup.json last.
	Finish(ctx context.Context, p Progress) (backup.Record, error)
	// Abandon removes what was made so far, as far as it can; it can be called twice and
	// after a failed Finish.
	Abandon(ctx context.Context) error
}

// Progress is told how much of how much is done; total is 0 while unknown. It returns at
// once and may be called from any goroutine.
type Progress func(done, total int64)

// Schedules reads and writes unit and cron files on the machine cwb runs on.
type Schedules interface {
	// Read returns the files that are the deployment's, and the old scripts' jobs.
	Read(ctx context.Context, deployment string) ([]planner.ScheduleFile, []planner.LegacyJob, error)
	// Write does one WriteSchedule: whole or not at all, and only when the present content
	// is as expected; it makes the scheduler see the change.
	Write(ctx context.Context, w planner.WriteSchedule) error
}

// An Engine is all that is known about one product, for one node. It is owned by the node
// that it serves and need not be safe for concurrent use, but for Inspect and Foreign.
type Engine interface {
	// Inspect asks the server who it is and how a take would go, and changes nothing. A
	// server that cannot be asked is not an error: Server.Down says why and what to do.
	Inspect(ctx context.Context) (planner.Server, error)
	// Foreign lists backups that cwb did not make, in order of name. Snapshots whose tag
	// is in ours are left out.
	Foreign(ctx context.Context, ours map[string]bool) ([]backup.Foreign, error)
	// Prepare makes ready to capture: connect, prove privileges, health, schema agreement
	// and disk room. Errors wrap ErrRefused, ErrCredentials or ErrUnreachable where they
	// apply, and say what to do.
	Prepare(ctx context.Context, t TakeSpec) (Prepared, error)
	// Discard removes what the backup has outside its own directory (Cassandra: exactly
	// its tag in its keyspaces). Nothing left to remove is no error.
	Discard(ctx context.Context, b backup.Begun) error
}

// TakeSpec is what an engine needs to know about a take.
type TakeSpec struct {
	Begun   backup.Begun
	Earlier []Earlier // the newest finished backups of this node, newest first
}

// Earlier is a finished backup of the node, which tells what was hashed before.
type Earlier struct {
	Record backup.Record
	// Files reads the manifest, whatever its length with little memory, and gives its files in
	// their order. What it gave counts for nothing when it returns an error, be it that of each.
	Files func(each func(backup.File) error) error
}

// Footprint is what a backup has outside its own directory; it stands in begun.json before
// anything is captured.
type Footprint struct {
	Tag       string
	Keyspaces []string
	DataDirs  []string
}

// Prepared is a take that is ready: Capture, then ReadOut, then Close; Close alone gives up.
type Prepared interface {
	// Footprint says what Capture will leave outside the backup's own directory.
	Footprint() Footprint
	// Capture fixes the content at one moment and returns it (the node's clock, UTC).
	Capture(ctx context.Context) (time.Time, error)
	// ReadOut stores or hashes all content and verifies it by reading it back. What it
	// returns is proven complete against the schema as it was at the capture.
	ReadOut(ctx context.Context, dir Dir, p Progress) (Content, error)
	// Close ends connections. It can be called twice and at any time.
	Close() error
}

// Dir is the directory of one backup. Its methods may be called concurrently.
type Dir interface {
	// Create makes a new file (0600, directories 0700); an existing one is an error. Its
	// Close syncs it.
	Create(name string) (io.WriteCloser, error)
	// Open reads a file of the backup.
	Open(name string) (io.ReadCloser, error)
}

// Content is what a take found and stored.
type Content struct {
	Server      backup.Server
	Identity    backup.Identity
	Consistency string
	Position    map[string]string
	Waited      time.Duration // the longest that others could have been made to wait for the take
	Tables      []backup.Table
	Files       iter.Seq[backup.File] // the same each time; an engine need not hold them all
	Totals      backup.Totals
}

// Exporter is an engine whose backups can be written as text for the stock client.
type Exporter interface {
	// Export writes what was asked for to w; everything read is checked against m first or
	// on the way, and an error means that w is not to be used.
	Export(ctx context.Context, dir Dir, m backup.Manifest, what Selection, w io.Writer) error
}

// Selection narrows an export; empty lists mean everything.
type Selection struct {
	Databases  []string
	Tables     []string // names, or DATABASE.TABLE
	SchemaOnly bool
	DataOnly   bool
}

// A FileOwner is an engine that knows its own files by their names: what else lies in the
// directory of a take that was cut is somebody else's.
type FileOwner interface {
	// OwnFile reports whether a take may have made a file of this name in a [Dir].
	OwnFile(name string) bool
}
