package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var update = flag.Bool("update", false, "rewrite the man pages")

// TestManPages keeps man/ the same as what the verbs say of themselves.
func TestManPages(t *testing.T) {
	pages := map[string]string{}
	manPages(t, rootCommand(&app{}), pages)
	if *update {
		rewrite(t, pages)
	}
	files, err := filepath.Glob("man/*.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, wanted := pages[filepath.Base(file)]; !wanted {
			t.Errorf("%s is of no verb", file)
		}
	}
	for name, want := range pages {
		have, err := os.ReadFile(filepath.Join("man", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(have), want); diff != "" {
			t.Errorf("man/%s is out of date: make man (-file +now):\n%s", name, diff)
		}
	}
}

// manPages adds the page of a command and those of its verbs.
func manPages(t *testing.T, cmd *cobra.Command, pages map[string]string) {
	t.Helper()
	cmd.DisableAutoGenTag = true
	cmd.InitDefaultHelpFlag()
	var page bytes.Buffer
	if err := doc.GenMan(cmd, &doc.GenManHeader{Title: strings.ToUpper(dashed(cmd)), Section: "1", Date: &time.Time{}, Source: "cwb", Manual: "cwb"}, &page); err != nil {
		t.Fatal(err)
	}
	pages[dashed(cmd)+".1"] = undated(page.String())
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			manPages(t, child, pages)
		}
	}
}

func dashed(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// undated leaves out the date, so that pages change only with what they say.
func undated(page string) string {
	return regexp.MustCompile(`"[A-Z][a-z]{2} \d{4}"`).ReplaceAllString(page, `""`)
}

func rewrite(t *testing.T, pages map[string]string) {
	t.Helper()
	if err := os.RemoveAll("man"); err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		if err := newFile(filepath.Join("man", name), page); err != nil {
			t.Fatal(err)
		}
	}
}

// TestVerbsAreDescribed: every verb says in a line what it is for, and every flag too.
func TestVerbsAreDescribed(t *testing.T) {
	for _, cmd := range rootCommand(&app{}).Commands() {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: its short description is %q", cmd.Name(), cmd.Short)
		}
		if cmd.RunE == nil {
			t.Errorf("%s does nothing by itself", cmd.Name())
		}
	}
}
