package executor

import (
	"context"
	"errors"
	"io"
	"time"

	"cwb/internal/backup"
)

// Errors of the verbs that are no plan.
var (
	ErrDamaged  = errors.New("content is not what was backed up")
	ErrNoExport = errors.New("there is no text form for this product")
)

// A Keeper is a session that can hold backups.
type Keeper interface {
	// Hold keeps a backup whatever retention says. A second hold replaces the first.
	Hold(ctx context.Context, set backup.SetID, h backup.Hold) error
	// Release ends a hold. A backup that is not held is no error.
	Release(ctx context.Context, set backup.SetID) error
}

// A Historian can tell what runs did on its node.
type Historian interface {
	// Journal returns all entries that are kept, oldest first.
	Journal(ctx context.Context) ([]Entry, error)
}

// A Checker can verify a backup without a lock, and records nothing.
type Checker interface {
	// Check reads every byte. What is wrong stands in the check; an error means that the
	// backup could not be read.
	Check(ctx context.Context, set backup.SetID, p Progress) (backup.Check, error)
}

// An Exporting node can write a backup as text for the stock client.
type Exporting interface {
	// Export returns an error wrapping ErrNoExport when the product has no text form; after
	// any error, what was written to w is not to be used.
	Export(ctx context.Context, set backup.SetID, what Selection, w io.Writer) error
}

// An Unlocker can clear what a dead run left of its lock.
type Unlocker interface {
	// Unlock returns an error wrapping ErrLocked, naming the holder, when it is alive.
	Unlock(ctx context.Context) error
}

// An Adopter is an engine that can prove a foreign backup of its product complete.
type Adopter interface {
	// Prove reads the foreign backup that Foreign lists under name, strictly and to its end;
	// one that is cut, or not whole, is an error that wraps ErrRefused. All files in what it
	// returns have a Root: a data directory or legacy path of the policy. It changes nothing.
	// (Restorer.Examine is another matter: it tells whether a backup can be restored.)
	Prove(ctx context.Context, name string, p Progress) (Examined, error)
}

// Examined is what a foreign backup holds.
type Examined struct {
	Content Content
	At      time.Time       // when it was made, by its own word
	Folders []backup.Folder // that hold nothing but its files, and go with them
}
