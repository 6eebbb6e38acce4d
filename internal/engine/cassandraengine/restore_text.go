package cassandraengine

import (
	"regexp"
	"strings"
)

// lexeme is a piece of CQL text: a word, a quoted name, a string, a comment, white space, or
// one other character.
var lexeme = regexp.MustCompile(`(?s)--[^\n]*|//[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$\$.*?\$\$|"(?:[^"]|"")*"|[A-Za-z0-9_]+|\s+|.`)

func lexemes(cql string) []string { return lexeme.FindAllString(cql, -1) }

func isSpace(s string) bool {
	return strings.TrimSpace(s) == "" || strings.HasPrefix(s, "--") || strings.HasPrefix(s, "//") || strings.HasPrefix(s, "/*")
}

// nameOf is the name that a lexeme stands for: words are folded to lower case.
func nameOf(s string) (string, bool) {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`), true
	}
	return strings.ToLower(s), word.MatchString(s)
}

// splitCQL takes text apart into statements without their semicolons; comments between them go.
func splitCQL(cql string) []string {
	var all []string
	var b strings.Builder
	flush := func() {
		if text := strings.TrimSpace(b.String()); text != "" {
			all = append(all, text)
		}
		b.Reset()
	}
	for _, l := range lexemes(cql) {
		switch {
		case l == ";":
			flush()
		case isSpace(l) && strings.TrimSpace(l) != "":
			b.WriteString(" ")
		default:
			b.WriteString(l)
		}
	}
	flush()
	return all
}

// inKeyspace moves a statement from one keyspace to another: every name that is qualified with
// the one becomes qualified with the other.
func inKeyspace(cql, from, to string) string {
	parts := lexemes(cql)
	for i, l := range parts {
		if name, ok := nameOf(l); ok && name == from && i+1 < len(parts) && parts[i+1] == "." {
			parts[i] = quote(to)
		}
	}
	return strings.Join(parts, "")
}

var tableIDOption = regexp.MustCompile(`\b(WITH|AND) ID = [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b(\s+AND\b)?`)

// withID gives a CREATE TABLE or CREATE MATERIALIZED VIEW another id, or none, so that the
// server makes one up.
func withID(cql, id string) string {
	at := tableIDOption.FindStringSubmatchIndex(cql)
	if at == nil {
		if id == "" {
			return cql
		}
		body, end := strings.CutSuffix(cql, ";")
		return addOption(body, "ID = "+id) + map[bool]string{true: ";"}[end]
	}
	before, more := cql[at[2]:at[3]], at[4] >= 0
	var options []string
	if id != "" {
		options = append(options, "ID = "+id)
	}
	if more {
		options = append(options, "")
	}
	replaced := ""
	if len(options) > 0 {
		replaced = before + " " + strings.Join(options, " AND")
	}
	return cql[:at[0]] + strings.TrimRight(replaced, " ") + cql[at[1]:]
}

// addOption adds to the end of a statement that makes a table.
func addOption(cql, option string) string {
	if tableWith.MatchString(cql) {
		return cql + "\n    AND " + option
	}
	return cql + "\nWITH " + option
}

// tableWith recognizes a WITH after the list of columns.
var tableWith = regexp.MustCompile(`(?is)\)\s*WITH\s`)

// scratchOptions are what a table that is only there to prove something must not do: repair
// what it reads, compact what was just loaded, or keep a snapshot when it goes (the last is an
// option since 5.0, CASSANDRA-10383).
var scratchOptions = []struct {
	is      *regexp.Regexp
	becomes string
}{
	{regexp.MustCompile(`\bread_repair = '[A-Z]*'`), `read_repair = 'NONE'`},
	{regexp.MustCompile(`\bcompaction = \{[^}]*\}`), `compaction = {'class': 'SizeTieredCompactionStrategy', 'enabled': 'false'}`},
	{regexp.MustCompile(`\ballow_auto_snapshot = true\b`), `allow_auto_snapshot = false`},
	{regexp.MustCompile(`\bcdc = true\b`), `cdc = false`},
	{regexp.MustCompile(`\bincremental_backups = true\b`), `incremental_backups = false`},
}

func forScratch(cql string) string {
	for _, o := range scratchOptions {
		cql = o.is.ReplaceAllLiteralString(cql, o.becomes)
	}
	return cql
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
