package mysqlengine

import (
	"fmt"
	"strings"
)

// program is a stored program with what must be in force while it is created.
type program struct {
	database database
	create   text
	context  programContext
	zone     string // events
	at       string // seconds since 1970, or UTC time; "" for now
}

func (x *export) routines(s *schema) {
	for _, d := range s.Databases {
		for _, r := range d.Routines {
			x.program(s, program{database: d, create: r.Create, context: r.programContext})
		}
	}
}

// triggers follow the rows, which they must not see inserted.
func (x *export) triggers(s *schema) {
	for _, t := range s.tables() {
		for _, trg := range t.table.Triggers {
			x.program(s, program{database: *t.database, create: trg.Create, context: trg.programContext, at: createdAt(string(trg.Created))})
		}
	}
}

// events come last, since from then on they run.
func (x *export) events(s *schema) {
	for _, d := range s.Databases {
		for _, e := range d.Events {
			x.program(s, program{database: d, create: e.Create, context: e.programContext, zone: e.TimeZone, at: digits(e.Altered)})
		}
	}
}

// program writes one stored program in its own context, and puts the context back.
func (x *export) program(s *schema, p program) {
	x.use(p.database.Name)
	other := p.context.Database != "" && p.context.Database != p.database.Collation
	if other {
		x.line("ALTER DATABASE " + quoteName(string(p.database.Name)) + " COLLATE = " + word(p.context.Database))
	}
	if p.zone != "" {
		x.line("SET SESSION time_zone = " + string(appendQuoted(nil, []byte(p.zone))))
	}
	if p.at != "" {
		x.line("SET SESSION timestamp = " + p.at)
	}
	x.line("SET SESSION sql_mode = " + string(appendQuoted(nil, []byte(p.context.SQLMode))))
	x.charset(p.context.Client, p.context.Connection)
	x.create(s, p)
	x.plainMode()
	if p.at != "" {
		x.line("SET SESSION timestamp = DEFAULT")
	}
	if p.zone != "" {
		x.line("SET SESSION time_zone = '+00:00'")
	}
	if other {
		x.line("ALTER DATABASE " + quoteName(string(p.database.Name)) + " COLLATE = " + word(p.database.Collation))
	}
}

// create writes the statement itself. The stock client removes comments from statements
// unless it is told not to, but never from strings, and MariaDB can run a string (all
// statements since 10.6, MDEV-16708). Elsewhere a delimiter that the text does not have must do.
func (x *export) create(s *schema, p program) {
	if mariadb(s) {
		x.line("EXECUTE IMMEDIATE " + statementLiteral(string(p.create)))
		return
	}
	delimiter := freeDelimiter(string(p.create))
	fmt.Fprintf(x.out, "DELIMITER %s\n%s\n%s\nDELIMITER ;\n", delimiter, p.create, delimiter)
}

// statementLiteral is a string that is right in every sql_mode and character set: quoted
// where it is plain text without a backslash, else in hex.
func statementLiteral(create string) string {
	if strings.ContainsAny(create, "\\\r") || !isPlain([]byte(create)) {
		return string(appendHex(nil, []byte(create)))
	}
	return "'" + strings.ReplaceAll(create, "'", "''") + "'"
}

// freeDelimiter is one that the text does not contain. mariadb-dump uses ;; whatever the
// text holds, and its dumps of such events cannot be loaded.
func freeDelimiter(create string) string {
	for i := 0; ; i++ {
		delimiter := "//"
		if i > 0 {
			delimiter = fmt.Sprintf("//%d//", i)
		}
		if !strings.Contains(create, delimiter) {
			return delimiter
		}
	}
}

// createdAt turns "2026-11-24 13:38:40.37" into what SET timestamp takes; "" for anything else.
func createdAt(created string) string {
	if created == "" {
		return ""
	}
	for _, c := range []byte(created) {
		if (c < '0' || c > '9') && !strings.ContainsRune("-: .", rune(c)) {
			return ""
		}
	}
	return "UNIX_TIMESTAMP('" + created + "')"
}

func digits(s string) string {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && c != '.' {
			return ""
		}
	}
	return s
}
