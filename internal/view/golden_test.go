package view_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/view"
	"cwb/internal/view/schematest"
	"cwb/planner"
)

var update = flag.Bool("update", false, "rewrite testdata")

// writers are all outputs, by the name of their golden file. What ends in .json holds to the
// schema that it is named after.
func writers() map[string]func(io.Writer) error {
	text := func(f func(view.Text)) func(io.Writer) error {
		return func(w io.Writer) error { f(view.Text{W: w}); return nil }
	}
	return map[string]func(io.Writer) error{
		"plan.txt":           text(func(t view.Text) { t.Plan(everyAction()) }),
		"plan.color":         func(w io.Writer) error { view.Text{W: w, Color: true}.Plan(everyAction()); return nil },
		"plan.json":          func(w io.Writer) error { return view.PlanJSON(w, everyAction()) },
		"plan-restore.txt":   text(func(t view.Text) { t.Plan(aRestore()) }),
		"plan-restore.json":  func(w io.Writer) error { return view.PlanJSON(w, aRestore()) },
		"list-restores.txt":  text(func(t view.Text) { t.List(withRestores()) }),
		"list-restores.json": func(w io.Writer) error { return view.ListJSON(w, withRestores()) },
		"plan-nothing.txt":   text(func(t view.Text) { t.Plan(nothing()) }),
		"list.txt":           text(func(t view.Text) { t.List(everyStatus()) }),
		"list.json":          func(w io.Writer) error { return view.ListJSON(w, everyStatus()) },
		"set.txt":            text(func(t view.Text) { t.Sets(oneSet()) }),
		"list-set.json":      func(w io.Writer) error { return view.ListJSON(w, oneSet()) },
		"list-ellis.txt":     text(func(t view.Text) { t.List(onlyEllis()) }),
		"list-empty.txt":     text(func(t view.Text) { t.List(view.Listing{}) }),
		"list-empty.json":    func(w io.Writer) error { return view.ListJSON(w, view.Listing{}) },
		"event.txt":          func(w io.Writer) error { human(w); return nil },
		"event.json":         func(w io.Writer) error { stream(w); return nil },
		"event-verify.txt":   func(w io.Writer) error { verifyText(w); return nil },
		"event-verify.json": func(w io.Writer) error {
			verifyStream(w)
			return nil
		},
		"status.txt":    text(func(t view.Text) { t.Status(troubled()) }),
		"status.json":   func(w io.Writer) error { return view.StatusJSON(w, troubled()) },
		"status-ok.txt": text(func(t view.Text) { t.Status(planner.Health{Nodes: troubled().Nodes[:1]}) }),
		"status-legacy.txt": text(func(t view.Text) {
			t.Status(planner.Health{Nodes: troubled().Nodes[:1], Findings: []planner.Finding{{Kind: planner.KindLegacyScriptActive, Severity: planner.Critical, Subject: "/etc/crontab:7", Message: "an old backup script is still started here"}}})
		}),
		"log.txt":       text(func(t view.Text) { t.Log(journal()) }),
		"log.json":      func(w io.Writer) error { return view.LogJSON(w, journal()) },
		"schedule.txt":  text(func(t view.Text) { t.Schedule("Europe/London", "systemd", due()) }),
		"schedule.json": func(w io.Writer) error { return view.ScheduleJSON(w, "Europe/London", "systemd", due()) },
		"version.json":  func(w io.Writer) error { return view.VersionJSON(w, "0.1.0", 1) },
		"error.json": func(w io.Writer) error {
			return view.ErrorJSON(w, view.ErrorBody{Code: 5, Summary: "the plan was altered", Detail: "p.plan: its digest does not match", Remedy: "make a new plan"})
		},
	}
}

func TestOutputs(t *testing.T) {
	for name, write := range writers() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("%s is out of date; after a look, go test ./internal/view -update (-file +now):\n%s", file, diff)
			}
			if base, isJSON := strings.CutSuffix(name, ".json"); isJSON {
				schema, _, _ := strings.Cut(base, "-")
				if err := schematest.Check(schema, out.Bytes()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
