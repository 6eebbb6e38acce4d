package view_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/view"
	"cwb/planner"
)

// evil is what a backup's or a server's name could hold: a window title, a cleared screen,
// a line written over, both kinds of CSI, text turned around, bytes that are no text.
const evil = "\x1b]0;owned\x07\x1b[2J\rok\u009b31m\u202edoog\u2066\x7f\x00\xff\xc3"

// TestNothingFromOutsideReachesTheTerminal fills every text of every value with control
// characters, and looks for one in what is written.
func TestNothingFromOutsideReachesTheTerminal(t *testing.T) {
	plan, list, results, entries, dues := everyAction(), everyStatus(), events(), journal(), due()
	for _, v := range []any{plan, &list, &results, &entries, &dues} {
		poison(reflect.ValueOf(v).Elem())
	}
	var out bytes.Buffer
	text := view.Text{W: &out}
	text.Plan(plan)
	text.List(list)
	text.Log(entries)
	text.Schedule(evil, evil, dues)
	h := &view.Human{Out: text, Meter: &view.Ticker{W: &out, Now: time.Now}}
	stream := view.NewStream(&out, evil)
	stream.Plan(plan)
	for _, e := range results {
		h.Emit(e)
		stream.Emit(e)
	}
	for _, r := range []view.CheckReport{&view.CheckText{Out: text, Meter: &view.Ticker{W: &out, Now: time.Now}}, view.NewCheckStream(&out, evil)} {
		r.Checked(ellis, newest, backup.Check{Problems: []string{evil}}, errors.New(evil))
		r.Unreachable(ellis, evil)
		r.Unreadable(ellis, planner.Unreadable{Path: evil, Error: evil})
	}
	for _, err := range []error{
		view.PlanJSON(&out, plan), view.ListJSON(&out, list), view.LogJSON(&out, entries), view.ScheduleJSON(&out, evil, evil, dues),
		view.VersionJSON(&out, evil, 1), view.ErrorJSON(&out, view.ErrorBody{Summary: evil, Detail: evil, Remedy: evil}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(out.String()) {
		if at := strings.IndexFunc(strings.TrimSuffix(line, "\n"), obeyed); at >= 0 {
			t.Errorf("a control character at byte %d of %q", at, line)
		}
	}
}

func obeyed(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar
}

// poison replaces every text that can come from outside. Names of nodes, ids of sets and
// words of a closed set cannot: they are parsed where they are read.
func poison(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[backup.NodeAddr](), reflect.TypeFor[backup.SetID](), reflect.TypeFor[planner.Status](), reflect.TypeFor[planner.SetStatus](),
		reflect.TypeFor[backup.Purpose](), reflect.TypeFor[planner.Severity](), reflect.TypeFor[backup.Origin](), reflect.TypeFor[executor.Outcome](),
		reflect.TypeFor[time.Time]():
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && v.Len() > 0 {
			v.SetString(evil)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Interface:
		poisonInterface(v)
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.String {
				v.SetMapIndex(key, reflect.ValueOf(evil).Convert(v.Type().Elem()))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i))
			}
		}
	}
}

func poisonInterface(v reflect.Value) {
	if v.IsNil() {
		return
	}
	if v.Type() == reflect.TypeFor[error]() {
		v.Set(reflect.ValueOf(errors.New(evil)))
		return
	}
	inner := reflect.New(v.Elem().Type()).Elem()
	inner.Set(v.Elem())
	poison(inner)
	v.Set(inner)
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":               "",
		"Zähler → ok":    "Zähler → ok",
		"a\tb\nc":        "a\tb\nc",
		"\x1b[31m":       `\x1b[31m`,
		"\u009b31m":      `\xc2\x9b31m`,
		"\u202edoog":     `\xe2\x80\xaedoog`,
		"\xff\xfe":       `\xff\xfe`,
		"\r\x00\x7f":     `\x0d\x00\x7f`,
		"\ufffd is text": "\ufffd is text",
	} {
		if got := view.Printable(in); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
	if got := view.Line("a\n\tb"); got != `a\n\tb` {
		t.Errorf("Line = %q", got)
	}
}
