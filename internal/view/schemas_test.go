package view_test

import (
	"strings"
	"testing"

	"cwb/internal/view/schematest"
)

// TestSchemasRefuse shows that the schemas hold, and so do the tests that rely on them.
func TestSchemasRefuse(t *testing.T) {
	for _, c := range []struct{ schema, json, why string }{
		{"version", `{"format_version": 2, "version": "1", "record_format": 1}`, "format_version"},
		{"version", `{"format_version": 1, "version": "1"}`, "record_format"},
		{"version", `{"format_version": 1, "version": "1", "record_format": 1, "more": 1}`, "more"},
		{"error", `{"error": {"code": 1, "summary": "", "detail": "", "remedy": ""}}`, "summary"},
		{"list", `{"format_version": 1, "sets": [], "foreign": []}`, "unreachable"},
		{"validate", `{"format_version": 1, "valid": "yes", "error_count": 0, "warning_count": 0, "diagnostics": []}`, "valid"},
		{"plan", `{"format_version": 1}`, "plan_id"},
		{"schedule", `{"format_version": 1, "timezone": "UTC", "scheduler": "at", "backups": []}`, "scheduler"},
		{"log", `{"at": "yesterday", "node": "mysql.x", "plan_id": "", "command": "", "by": "", "event": "run_begun"}`, "/at"},
		{"event", `{"type": "version", "format_version": 1, "version": "1"}` + "\n" + `{"type": "step_begun"}`, "value 2"},
		{"event", `{"type": "summary", "done": 1, "failed": 0, "held": 0, "skipped": 0}`, "exit_code"},
		{"plan", "", "no JSON"},
		{"plan", "{", "value 1"},
	} {
		err := schematest.Check(c.schema, []byte(c.json))
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s of %s: %v, want an error with %q", c.schema, c.json, err, c.why)
		}
	}
}
