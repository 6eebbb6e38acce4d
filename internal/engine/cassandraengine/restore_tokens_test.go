package cassandraengine

import (
	"strings"
	"testing"

	"cwb/executor"
)

// What decides whether the server is to check whose rows a file has are the tokens, not who
// the host is.
func TestImportOntoTheSameTokens(t *testing.T) {
	for name, c := range map[string]struct {
		host   string
		tokens []string
		call   string
	}{
		"the same host":                {hostOne, []string{"2", "1"}, "import --copy-data --no-tokens -- homer simservs /staged"},
		"a new host for the old one":   {hostTwo, []string{"2", "1"}, "import --copy-data --no-tokens -- homer simservs /staged"},
		"another host":                 {hostTwo, []string{"3"}, "import --copy-data -- homer simservs /staged"},
		"the same host, other tokens":  {hostOne, []string{"1", "3"}, "import --copy-data -- homer simservs /staged"},
		"a backup that tells no token": {hostOne, nil, "import --copy-data -- homer simservs /staged"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.nodetool("")
			r := &restoring{e: f.engine, o: executor.RestoreOrder{ID: "x"}, local: f.server.row}
			flags := r.tokenFlags(source{host: c.host, tokens: c.tokens})
			if err := r.importFiles(t.Context(), "homer", "simservs", []string{"/staged"}, 0, flags...); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(f.calls()); got != c.call {
				t.Errorf("calls %q, want %q", got, c.call)
			}
		})
	}
}
