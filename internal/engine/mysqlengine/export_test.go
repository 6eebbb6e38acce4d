//go:build servers

package mysqlengine

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/executor"
)

func TestExportOfASelection(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	b.exec("CREATE VIEW ellis.v AS SELECT number FROM ellis.numbers")
	b.exec("CREATE PROCEDURE ellis.p() SELECT 1")
	content, dir := b.mustTake("ellis")
	e := b.engine(b.node("ellis"))
	for name, c := range map[string]struct {
		what    executor.Selection
		has     []string
		hasNot  []string
		problem string
	}{
		"all":           {executor.Selection{}, []string{"CREATE TABLE `numbers`", "INSERT INTO `ellis`.`users`", "PROCEDURE", "VIEW"}, nil, ""},
		"schema":        {executor.Selection{SchemaOnly: true}, []string{"CREATE TABLE `numbers`", "PROCEDURE"}, []string{"INSERT INTO"}, ""},
		"data":          {executor.Selection{DataOnly: true}, []string{"INSERT INTO `ellis`.`users`"}, []string{"CREATE"}, ""},
		"table":         {executor.Selection{Tables: []string{"users"}}, []string{"CREATE TABLE `users`", "INSERT INTO `ellis`.`users`"}, []string{"`numbers`", "PROCEDURE"}, ""},
		"full name":     {executor.Selection{Databases: []string{"ellis"}, Tables: []string{"ellis.v"}}, []string{"VIEW `ellis`.`v`"}, []string{"CREATE TABLE"}, ""},
		"no database":   {executor.Selection{Databases: []string{"elis"}}, nil, nil, `no database "elis"; it has ` + "`ellis`"},
		"no table":      {executor.Selection{Tables: []string{"users", "x"}}, nil, nil, `no table "x"`},
		"contradiction": {executor.Selection{SchemaOnly: true, DataOnly: true}, nil, nil, "exclude each other"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := e.Export(t.Context(), dir, manifestOf(content), c.what, &out)
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) {
					t.Errorf("got %v; want %q", err, c.problem)
				}
				return
			}
			if err != nil || !strings.HasSuffix(out.String(), exportEnd) {
				t.Fatalf("%v: %s", err, out.String())
			}
			for _, want := range c.has {
				if !strings.Contains(out.String(), want) {
					t.Errorf("lacks %q:\n%s", want, out.String())
				}
			}
			for _, bad := range c.hasNot {
				if strings.Contains(out.String(), bad) {
					t.Errorf("has %q", bad)
				}
			}
		})
	}
}

// TestExportOfADamagedBackup changes every file in turn, and the manifest.
func TestExportOfADamagedBackup(t *testing.T) {
	b := newBed(t)
	b.run(ellisSchema)
	content, dir := b.mustTake("ellis")
	e := b.engine(b.node("ellis"))
	export := func(m executor.Content) error {
		var out bytes.Buffer
		err := e.Export(t.Context(), dir, manifestOf(m), executor.Selection{}, &out)
		if err != nil && strings.Contains(out.String(), exportEnd) {
			t.Error("an export that failed ends as a whole one")
		}
		return err
	}
	for f := range content.Files {
		path := filepath.Join(string(dir), f.Path)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][]byte{append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1), good[:len(good)/2], {}, append(bytes.Clone(good), 0)} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if export(content) == nil {
				t.Errorf("%s: %d of %d bytes were taken for whole", f.Path, len(bad), len(good))
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := export(content); err != nil {
		t.Fatal(err)
	}
	less, all := content, slices.Collect(content.Files)
	less.Files = slices.Values(all[:len(all)-1])
	if export(less) == nil {
		t.Error("a manifest without a file was taken for whole")
	}
	less.Files = slices.Values(all[:0])
	if export(less) == nil {
		t.Error("a manifest without files was taken for whole")
	}
}
