package cassandraengine

import (
	"encoding/json"
	"fmt"
	"path"
	"time"

	"cwb/executor"
)

// snapshotManifest is manifest.json, which the server writes into a snapshot. Before 4.0 it
// has only the files (CASSANDRA-20150).
type snapshotManifest struct {
	Files     []string  `json:"files"`
	Created   time.Time `json:"created_at"`
	Expires   time.Time `json:"expires_at"` // 4.1 on, for nodetool snapshot --ttl and auto_snapshot_ttl
	Ephemeral bool      `json:"ephemeral"`
}

func readManifest(f found) (snapshotManifest, error) {
	data, err := readSmall(f)
	if err != nil {
		return snapshotManifest{}, err
	}
	var m snapshotManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %q: %w", executor.ErrRefused, f.path(), err)
	}
	return m, nil
}

// checkManifests proves that the data files present are exactly those that manifest.json names.
func checkManifests(files []found) error {
	present := map[string]found{}
	var manifests []found
	for _, f := range files {
		if c, ok := parseComponent(path.Base(f.name)); ok && c.name == "Data.db" {
			present[f.name] = f
		}
		if f.name == "manifest.json" {
			manifests = append(manifests, f)
		}
	}
	if len(manifests) != 1 {
		return fmt.Errorf("%w: there are %d files manifest.json where there should be one", executor.ErrRefused, len(manifests))
	}
	m, err := readManifest(manifests[0])
	if err != nil {
		return err
	}
	for _, name := range m.Files {
		if _, ok := present[name]; !ok {
			return fmt.Errorf("%w: %q names %q, which is missing", executor.ErrRefused, manifests[0].path(), name)
		}
		delete(present, name)
	}
	for _, f := range present {
		return fmt.Errorf("%w: %q is not named in %q", executor.ErrRefused, f.path(), manifests[0].path())
	}
	return nil
}
