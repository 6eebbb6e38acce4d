package enginetest

import (
	"testing"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

// Harness is what the suite needs from a server and its engine. The functions end the test
// with t.Fatal when they cannot do what they say.
type Harness struct {
	Node backup.NodeAddr

	// Engine makes an engine for the server; the suite makes several in a row.
	Engine func(t *testing.T) executor.Engine

	// Write stores rows by key, so that a backup of the engine takes them: in one table of
	// text that the harness chose, adding to or replacing what is there.
	Write func(t *testing.T, rows map[string]string)

	// Content reads the rows of that table back from a backup. nil: they cannot be read
	// without the server; then only names and sizes are compared.
	Content func(t *testing.T, dir executor.Dir, m backup.Manifest) map[string]string

	// Snapshots are the names of all that backups left on the server outside their own
	// directories, foreign ones included. nil: this product leaves nothing there.
	Snapshots func(t *testing.T) []string

	// Plant makes a backup that cwb did not make, and returns the name that Foreign shall
	// list it under. nil: the product has none that a test could make.
	Plant func(t *testing.T) (name string)
}

// Run runs the whole suite.
func Run(t *testing.T, h Harness) {
	s := &suite{Harness: h, next: backup.NewSetID(time.Now())}
	for _, c := range h.cases() {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

type behaviour struct {
	name string
	run  func(*testing.T, *suite)
}

// cases are those that the harness has what it takes for: a product that leaves nothing
// outside has no footprint, and one without foreign backups none to list.
func (h Harness) cases() []behaviour {
	all := []behaviour{
		{"holds_all_content", holdsAllContent},
		{"capture_is_a_moment", captureIsAMoment},
		{"manifest_tells_what_is_stored", manifestTellsWhatIsStored},
		{"close_without_capture_leaves_nothing", closeLeavesNothing},
		{"discard_takes_exactly_its_own", discardIsExact},
		{"discard_can_be_repeated", discardRepeats},
		{"inspect_changes_nothing", inspectChangesNothing},
		{"cancelled_contexts_are_noticed", cancelledIsNoticed},
		{"full_disk_is_an_error", fullDisk},
		{"lying_disk_is_noticed", lyingDisk},
		{"unchanged_files_keep_their_hashes", previousManifests},
	}
	if h.Snapshots != nil {
		all = append(all, behaviour{"footprint_is_known_before_capture", footprintIsKnown})
	}
	if h.Plant != nil {
		all = append(all, behaviour{"foreign_ones_are_listed_and_stay", foreignStay})
	}
	return all
}
