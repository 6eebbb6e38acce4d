package cassandraengine

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// writeCQL writes statements that make the keyspaces again, ready for the stock client: each
// keyspace, its types, functions, tables with their indexes, and views.
func (s schema) writeCQL(w io.Writer) error {
	for _, k := range s.Keyspaces {
		if _, err := fmt.Fprintf(w, "-- keyspace %s\n", k.Name); err != nil {
			return err
		}
		for _, st := range k.Statements {
			if _, err := fmt.Fprintf(w, "\n%s\n", k.executable(st)); err != nil {
				return err
			}
		}
	}
	return nil
}

// executable is the statement as it can be run. DESCRIBE puts tables with COMPACT STORAGE,
// such as Clearwater's own, inside a comment, and gives an order for a clustering column that
// is not there when the table has none (TableMetadata.appendCqlTo).
func (k *keyspaceSchema) executable(st statement) string {
	cql := strings.TrimSpace(st.CQL)
	start := strings.Index(cql, "CREATE TABLE")
	if !strings.HasPrefix(cql, "/*") || !strings.HasSuffix(cql, "*/") || start < 0 {
		return cql
	}
	cql = strings.TrimSpace(strings.TrimSuffix(cql[start:], "*/"))
	if t := k.table(st.Name); t == nil || t.hasClustering() {
		return cql
	}
	lines := strings.Split(cql, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(strings.TrimSpace(line), "AND CLUSTERING ORDER BY (column1 ")
	}), "\n")
}

// hasClustering reports whether a compact table has clustering columns that its author wrote:
// one without is stored with neither flag, behind a hidden column of its own.
func (t *tableSchema) hasClustering() bool {
	return slices.Contains(t.Flags, "dense") || slices.Contains(t.Flags, "compound")
}
