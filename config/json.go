package config

import "encoding/json"

// reportVersion is the format_version of what validate --json prints.
const reportVersion = 1

// Report is what validate --json prints.
type Report struct {
	FormatVersion int         `json:"format_version"`
	Valid         bool        `json:"valid"`
	ErrorCount    int         `json:"error_count"`
	WarningCount  int         `json:"warning_count"`
	Diagnostics   Diagnostics `json:"diagnostics"`
}

// Report makes the value that validate --json prints.
func (ds Diagnostics) Report() Report {
	if ds == nil {
		ds = Diagnostics{} // an empty list, not null
	}
	return Report{reportVersion, !ds.HasErrors(), ds.Count(Error), ds.Count(Warning), ds}
}

// JSON is the report as one indented object and a line end.
func (ds Diagnostics) JSON() []byte {
	text, err := json.MarshalIndent(ds.Report(), "", "  ")
	if err != nil {
		panic("diagnostics have no JSON form: " + err.Error()) // only plain data in them
	}
	return append(text, '\n')
}
