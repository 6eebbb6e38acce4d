//go:build servers

package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cwb/internal/testbed"
)

// shortDir is a temporary directory whose path is short enough for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cwb-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// programQueries describe what a database has besides tables; %s is its name.
var programQueries = []string{
	"SELECT CONCAT_WS(' ', 'view', table_name, view_definition, definer, security_type, check_option) FROM information_schema.views WHERE table_schema = '%s'",
	"SELECT CONCAT_WS(' ', 'trigger', trigger_name, action_timing, event_manipulation, event_object_table, action_order, action_statement, definer, sql_mode) FROM information_schema.triggers WHERE trigger_schema = '%s'",
	"SELECT CONCAT_WS(' ', routine_type, routine_name, data_type, routine_definition, is_deterministic, definer, sql_mode) FROM information_schema.routines WHERE routine_schema = '%s'",
	"SELECT CONCAT_WS(' ', 'event', event_name, event_definition, interval_value, interval_field, status, definer, sql_mode) FROM information_schema.events WHERE event_schema = '%s'",
	"SELECT CONCAT_WS(' ', 'database', default_character_set_name, default_collation_name) FROM information_schema.schemata WHERE schema_name = '%s'",
}

// databaseContent describes everything of a database: of tables the definition, the checksum
// and a digest of all values in hexadecimal; of the rest all that the server tells. One that
// does not exist has nothing.
func databaseContent(t *testing.T, m *testbed.MariaDB, database string) map[string]string {
	t.Helper()
	content := tablesContent(t, m, database)
	for _, query := range programQueries {
		for _, program := range queryStrings(t, m, fmt.Sprintf(query, database)) {
			content[program] = "is there"
		}
	}
	return content
}

// tablesContent is the part of it that changes by one statement.
func tablesContent(t *testing.T, m *testbed.MariaDB, database string) map[string]string {
	t.Helper()
	content := map[string]string{}
	for _, table := range queryStrings(t, m, "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema = '"+database+"'") {
		content["table "+table] = tableContent(t, m, "`"+database+"`.`"+table+"`",
			queryStrings(t, m, "SELECT column_name FROM information_schema.columns WHERE table_schema = '"+database+"' AND table_name = '"+table+"' ORDER BY ordinal_position"))
	}
	return content
}

func tableContent(t *testing.T, m *testbed.MariaDB, table string, columns []string) string {
	t.Helper()
	db, err := m.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var name, definition, checksum string
	if err := db.QueryRow("SHOW CREATE TABLE "+table).Scan(&name, &definition); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("CHECKSUM TABLE "+table).Scan(&name, &checksum); err != nil {
		t.Fatal(err)
	}
	for i, c := range columns {
		columns[i] = "IFNULL(HEX(`" + c + "`), 'NULL')"
	}
	rows := queryStrings(t, m, "SELECT CONCAT_WS(',', "+strings.Join(columns, ", ")+") FROM "+table+" ORDER BY 1")
	return fmt.Sprintf("%s\nchecksum %s, %d rows, %x", definition, checksum, len(rows), sha256.Sum256([]byte(strings.Join(rows, "\n"))))
}

// ellisContent is everything of Ellis' database.
func (l *lab) ellisContent() map[string]string {
	l.t.Helper()
	return databaseContent(l.t, l.s.ellis, "ellis")
}

// serverContent is Ellis' content, and the names of all databases.
func (l *lab) serverContent() map[string]string {
	l.t.Helper()
	content := l.ellisContent()
	for _, database := range queryStrings(l.t, l.s.ellis, "SELECT schema_name FROM information_schema.schemata") {
		content["database "+database] = "is there"
	}
	return content
}

// ellisIs demands what Ellis' database holds.
func (l *lab) ellisIs(when string, want map[string]string) {
	l.t.Helper()
	if diff := cmp.Diff(want, l.ellisContent()); diff != "" {
		l.t.Errorf("%s Ellis is not as it should be (-want +got):\n%s", when, diff)
	}
}

// without is content less what some keys begin with.
func without(content map[string]string, prefixes ...string) map[string]string {
	content = maps.Clone(content)
	maps.DeleteFunc(content, func(key, _ string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	})
	return content
}
