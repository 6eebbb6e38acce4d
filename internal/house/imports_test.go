package house

import (
	"slices"
	"strings"
	"testing"
)

// rooms says which of our packages each one may import; a name with /… stands for all below
// it. Imports point one way: config reads text, planner thinks, executor acts, internal/…
// knows products, cmd joins them.
func rooms() map[string]string {
	return map[string]string{
		"cmd/cwb":           "config planner executor internal/…",
		"config":            "internal/backup internal/schedule",
		"planner":           "config internal/backup internal/schedule internal/scheduler",
		"executor":          "config planner internal/backup",
		"internal/backup":   "",
		"internal/schedule": "",

		// what knows the outside
		"internal/node":       belowExecutor,
		"internal/agent":      belowExecutor,
		"internal/engine/…":   belowExecutor + " internal/subprocess internal/secretfile",
		"internal/store/…":    belowExecutor,
		"internal/line":       "internal/backup",
		"internal/line/…":     belowExecutor + " internal/line",
		"internal/unitfiles":  belowExecutor + " internal/scheduler",
		"internal/hook":       belowExecutor + " internal/subprocess",
		"internal/subprocess": "",
		"internal/secretfile": "executor",
		"internal/scheduler":  "",
		"internal/survey":     "",
		"internal/view":       "planner executor internal/backup",

		// what only tests use
		"internal/memengine":       belowExecutor,
		"internal/memstore":        belowExecutor,
		"internal/enginetest":      belowExecutor,
		"internal/storetest":       belowExecutor,
		"internal/oldscripts":      "",
		"internal/soak":            "",
		"internal/testbed":         "",
		"internal/testbed/…":       "internal/testbed internal/testbed/…",
		"internal/view/schematest": "internal/view",
		"internal/house":           "",
		"examples":                 "",
	}
}

const belowExecutor = "executor config planner internal/backup"

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		allowed, known := room(p.name())
		if !known {
			t.Errorf("%s is no room of the house: give it a line in rooms()", p.name())
			continue
		}
		for _, imported := range p.Imports {
			name, ours := strings.CutPrefix(imported, module)
			if ours && !among(name, strings.Fields(allowed)) {
				t.Errorf("%s imports %s, and may import only: %s", p.name(), name, allowed)
			}
		}
	}
}

// TestAdaptersKeepApart: an engine or a store is one room, so that it can be added, and
// removed, without looking at another; their tests keep to that too.
func TestAdaptersKeepApart(t *testing.T) {
	for _, p := range packages(t) {
		for _, kind := range []string{"internal/engine/", "internal/store/"} {
			if !strings.HasPrefix(p.name(), kind) {
				continue
			}
			for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
				if name := strings.TrimPrefix(imported, module); strings.HasPrefix(name, kind) && name != p.name() {
					t.Errorf("%s imports %s", p.name(), name)
				}
			}
		}
	}
}

// TestKnowledgeStaysInItsRoom: who may import which of the packages that others wrote, and
// of the standard library what reaches the outside.
func TestKnowledgeStaysInItsRoom(t *testing.T) {
	const bed = "internal/testbed internal/testbed/…"
	owners := map[string]string{
		"github.com/hashicorp/hcl/v2":     "config",
		"github.com/zclconf/go-cty":       "config",
		"github.com/go-sql-driver/mysql":  "internal/engine/mysqlengine " + bed,
		"database/sql":                    "internal/engine/mysqlengine " + bed,
		"github.com/gocql/gocql":          "internal/engine/cassandraengine " + bed,
		"github.com/netresearch/go-cron":  "internal/schedule internal/scheduler",
		"github.com/spf13":                "cmd/cwb",
		"github.com/vbauerster/mpb":       "internal/view",
		"github.com/fatih/color":          "internal/view",
		"github.com/santhosh-tekuri":      "internal/view/schematest",
		"github.com/rogpeppe/go-internal": "config internal/view",
		"os/signal":                       "cmd/cwb internal/testbed/cmd/cwb-testbed",
		"net":                             "config internal/engine/… " + bed,
		"net/http":                        "internal/testbed",
		"testing":                         "internal/enginetest internal/storetest internal/testbed internal/soak",
		"github.com/google/go-cmp":        "internal/enginetest",
		"github.com/cpuguy83/go-md2man":   "",
		"github.com/spf13/cobra/doc":      "",
		"pgregory.net/rapid":              "",
		"github.com/google/renameio":      "cmd/cwb internal/node internal/unitfiles",
		"github.com/gofrs/flock":          "internal/node",
		"github.com/klauspost/compress":   "internal/engine/mysqlengine",
		"github.com/dustin/go-humanize":   "internal/view",
		"github.com/agext/levenshtein":    "cmd/cwb",
		"golang.org/x/term":               "cmd/cwb",
	}
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for owned, allowed := range owners {
				if within(imported, owned) && !among(p.name(), strings.Fields(allowed)) {
					t.Errorf("%s imports %s, which is for: %s", p.name(), imported, allowed)
				}
			}
		}
	}
}

// TestThinkersReachNothing: what decides and what is pure opens no file, asks no server and
// starts no program.
func TestThinkersReachNothing(t *testing.T) {
	for _, p := range packages(t) {
		if !among(p.name(), thinkers()) {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains([]string{"os", "os/exec", "net", "net/http", "syscall", "io/ioutil", "log", "log/slog", "math/rand", "math/rand/v2", "context"}, imported) {
				t.Errorf("%s imports %s", p.name(), imported)
			}
		}
	}
}

func thinkers() []string {
	return []string{"planner", "internal/backup", "internal/schedule", "internal/scheduler", "internal/line"}
}

// TestTheToolHoldsNoTests: what exists for tests and documents is not linked into cwb.
func TestTheToolHoldsNoTests(t *testing.T) {
	for _, dep := range strings.Fields(golist(t, "-deps", module+"cmd/cwb")) {
		for _, unwanted := range []string{
			"testing", module + "internal/memengine", module + "internal/memstore", module + "internal/enginetest", module + "internal/storetest",
			module + "internal/testbed", module + "internal/oldscripts", module + "internal/view/schematest",
			"github.com/santhosh-tekuri", "github.com/spf13/cobra/doc", "github.com/cpuguy83", "github.com/rogpeppe/go-internal/testscript", "pgregory.net",
		} {
			if within(dep, unwanted) {
				t.Errorf("cwb links %s", dep)
			}
		}
	}
}

// room finds a package's line: its own, or that of the closest directory above.
func room(name string) (string, bool) {
	table := rooms()
	if allowed, ok := table[name]; ok {
		return allowed, true
	}
	for dir := name; strings.Contains(dir, "/"); {
		dir = dir[:strings.LastIndex(dir, "/")]
		if allowed, ok := table[dir+"/…"]; ok {
			return allowed, true
		}
	}
	return "", false
}

// among reports whether a name stands in a list.
func among(name string, list []string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		dir, below := strings.CutSuffix(entry, "/…")
		return entry == name || below && strings.HasPrefix(name, dir+"/")
	})
}

// within reports whether an import path is, or lies below, another.
func within(path, root string) bool {
	if !strings.Contains(strings.Split(root, "/")[0], ".") && !strings.HasPrefix(root, module) {
		return path == root // of the standard library: exactly this one
	}
	return path == root || strings.HasPrefix(path, root+"/")
}
