package view

import "io"

// VersionDoc is the JSON form of cwb version.
type VersionDoc struct {
	FormatVersion int    `json:"format_version"`
	Version       string `json:"version"`
	RecordFormat  int    `json:"record_format"`
}

// VersionJSON writes the version as JSON.
func VersionJSON(w io.Writer, version string, record int) error {
	return writeJSON(w, VersionDoc{FormatVersion, version, record})
}
