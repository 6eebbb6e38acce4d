package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRenderedText keeps whole texts as they stand on the screen, for a few policies.
func TestRenderedText(t *testing.T) {
	files, err := filepath.Glob("testdata/render/*.hcl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies to render: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, diags := Load(file, Options{Version: "0.1.0"})
			var plain strings.Builder
			if err := diags.Write(&plain, false, 80); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".hcl")+".txt", plain.String())
			golden(t, strings.TrimSuffix(file, ".hcl")+".json", string(diags.JSON()))
		})
	}
}

func TestColorsOnlyAddToTheText(t *testing.T) {
	_, diags := Load("testdata/render/mistakes.hcl", Options{})
	var plain, colored strings.Builder
	_ = diags.Write(&plain, false, 80)
	_ = diags.Write(&colored, true, 80)
	stripped := colored.String()
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[4m", "\x1b[1;31m", "\x1b[1;33m"} {
		stripped = strings.ReplaceAll(stripped, code, "")
	}
	if stripped != plain.String() || stripped == colored.String() {
		t.Errorf("%s", stripped)
	}
}

func TestReportOfNothing(t *testing.T) {
	want := `{
  "format_version": 1,
  "valid": true,
  "error_count": 0,
  "warning_count": 0,
  "diagnostics": []
}
`
	if got := string(Diagnostics(nil).JSON()); got != want {
		t.Errorf("got %s", got)
	}
}

func TestReportCounts(t *testing.T) {
	ds := Diagnostics{{Severity: Error}, {Severity: Warning}, {Severity: Warning}}
	var got Report
	if err := json.Unmarshal(ds.JSON(), &got); err != nil || got.Valid || got.ErrorCount != 1 || got.WarningCount != 2 {
		t.Errorf("%+v %v", got, err)
	}
}

// TestLongLinesAreCut has a mark far to the right in a line of some thousand characters.
func TestLongLinesAreCut(t *testing.T) {
	line := "locals {\n  é = [" + strings.Repeat(`"é", `, 1000) + "local.gone, " + strings.Repeat(`"é", `, 1000) + "]\n}\n"
	file := filepath.Join(t.TempDir(), "p.hcl")
	writeTestFile(t, file, []byte(strings.Replace(line, "  é =", "  e =", 1)))
	_, diags := Load(file, Options{})
	for _, d := range diags {
		if d.Summary != "Reference to undeclared name" {
			continue
		}
		if got := d.Snippet[d.Mark.Start:d.Mark.End]; got != "local.gone" || len(d.Snippet) > maxSnippet {
			t.Errorf("marks %q in %d bytes", got, len(d.Snippet))
		}
		return
	}
	t.Errorf("%s", diags.JSON())
}

func TestWriteReportsItsError(t *testing.T) {
	closed, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if err := (Diagnostics{{Severity: Error, Summary: "x"}}).Write(closed, false, 80); err == nil {
		t.Error("no error")
	}
}
