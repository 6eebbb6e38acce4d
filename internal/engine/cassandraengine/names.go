package cassandraengine

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"cwb/executor"
	"cwb/internal/backup"
)

// word is what Cassandra itself allows as the name of a keyspace, table or index
// (SchemaConstants.PATTERN_WORD_CHARS); such a name is a safe part of a path and of a command.
var word = regexp.MustCompile(`^[a-zA-Z0-9_]{1,222}$`)

var tableID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// checkNames refuses names that no Cassandra would have given, before they become a path.
func checkNames(what string, names ...string) error {
	for _, name := range names {
		if !word.MatchString(name) {
			return fmt.Errorf("%w: %q is not the name of a %s: only letters, digits and _ can be", executor.ErrRefused, name, what)
		}
	}
	return nil
}

// tableFolders are the names that the folder of a table can have in its keyspace's folder: with
// its id since 2.1, and without for tables that are older (Directories.java keeps using a
// folder that it finds).
func tableFolders(table, id string) []string {
	return []string{table + "-" + strings.ReplaceAll(id, "-", ""), table}
}

// splitTableFolder takes the name of a table's folder apart; id is empty for an old one.
func splitTableFolder(folder string) (table, id string, ok bool) {
	table, id, found := strings.Cut(folder, "-")
	if !word.MatchString(table) {
		return "", "", false
	}
	if !found {
		return table, "", true
	}
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != 16 || id != strings.ToLower(id) {
		return "", "", false
	}
	return table, fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:]), true
}

// checkTag accepts a tag only when it is exactly the one of that set on that node, so that
// nothing else can ever be cleared.
func checkTag(b backup.Begun) error {
	id, err := backup.ParseSetID(string(b.Set))
	if err != nil {
		return fmt.Errorf("%w: %w", executor.ErrRefused, err)
	}
	if !backup.ValidLabel(b.Node.Name) {
		return fmt.Errorf("%w: %q is not the name of a node", executor.ErrRefused, b.Node.Name)
	}
	if want := id.Tag(b.Node); b.Tag != want {
		return fmt.Errorf("%w: the snapshot tag %q is not that of set %s on %s, %q", executor.ErrRefused, b.Tag, b.Set, b.Node, want)
	}
	return nil
}
