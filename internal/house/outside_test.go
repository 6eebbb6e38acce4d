package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOnlyCmdReadsTheOutside: environment, arguments, clock and exit belong to cmd, which
// hands them on; so every decision can be tested at any time and place. What thinks does not
// even name the clock; an adapter may, as the default of an option and to measure how long it
// has waited.
func TestOnlyCmdReadsTheOutside(t *testing.T) {
	reads := []string{"time.Now", "time.Since", "time.Until", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Args", "os.Exit", "os.Hostname", "os.Getuid"}
	adapters := []string{"internal/engine/…", "internal/store/…", "internal/line/…"}
	forTests := []string{"internal/enginetest", "internal/storetest", "internal/memengine", "internal/memstore", "internal/oldscripts", "internal/soak", "internal/testbed", "internal/testbed/…"}
	for _, p := range packages(t) {
		if p.name() == "cmd/cwb" || among(p.name(), forTests) {
			continue
		}
		for _, file := range p.GoFiles {
			for _, use := range uses(t, filepath.Join(p.Dir, file)) {
				clock := strings.HasPrefix(use.name, "time.")
				if clock && (among(p.name(), adapters) || !use.called && !among(p.name(), thinkers())) {
					continue
				}
				if slices.Contains(reads, use.name) {
					t.Errorf("%s: %s", use.at, use.name)
				}
			}
		}
	}
}

// TestNoStateBetweenRuns: nothing registers itself; cmd wires.
func TestNoStateBetweenRuns(t *testing.T) {
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			parsed, _ := parse(t, filepath.Join(p.Dir, file))
			for _, decl := range parsed.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s/%s has an init function", p.name(), file)
				}
			}
		}
	}
}

// TestEveryRoomSaysWhatItIs: a package has a comment that begins as godoc wants.
func TestEveryRoomSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue // tests only
		}
		var docs []string
		for _, file := range p.GoFiles {
			if parsed, _ := parse(t, filepath.Join(p.Dir, file)); parsed.Doc != nil {
				docs = append(docs, parsed.Doc.Text())
			}
		}
		if len(docs) != 1 || !strings.HasPrefix(docs[0], "Package ") && !strings.HasPrefix(docs[0], "Command ") {
			t.Errorf("%s has %d package comments, want one that begins with Package or Command", p.name(), len(docs))
		}
	}
}

// use is a selector of an imported package, such as time.Now.
type use struct {
	name, at string
	called   bool
}

func uses(t *testing.T, file string) []use {
	t.Helper()
	parsed, fset := parse(t, file)
	imported := map[string]string{}
	for _, spec := range parsed.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = path
	}
	var found []use
	called := map[ast.Node]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && imported[x.Name] != "" {
				found = append(found, use{imported[x.Name] + "." + n.Sel.Name, fset.Position(n.Pos()).String(), called[n]})
			}
		}
		return true
	})
	return found
}

func parse(t *testing.T, file string) (*ast.File, *token.FileSet) {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return parsed, fset
}
