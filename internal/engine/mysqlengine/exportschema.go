package mysqlengine

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// databases writes CREATE DATABASE. One that exists is used: its tables must not exist.
func (x *export) databases(s *schema) {
	x.setNames("utf8mb4")
	for _, d := range s.Databases {
		create := strings.Replace(string(d.Create), "CREATE DATABASE ", "CREATE DATABASE IF NOT EXISTS ", 1)
		x.line("\n" + create)
	}
}

// sequences come before all tables, whose defaults may use them. Their state is their one
// row; SETVAL could not set it back.
func (x *export) sequences(s *schema) {
	for _, d := range s.Databases {
		for _, q := range d.Sequences {
			x.use(d.Name)
			x.setNames("utf8mb4")
			x.line(string(q.Create))
			if q.State != "" {
				x.line("INSERT INTO " + quoteName(string(q.Name)) + " VALUES (" + q.State + ")")
			}
		}
	}
}

// tables writes CREATE TABLE. The text of SHOW CREATE is UTF-8, unless a default of a binary
// column has other bytes; then the connection must not look at them.
func (x *export) tables(s *schema) {
	for _, t := range s.tables() {
		x.use(t.database.Name)
		x.setNames("utf8mb4")
		if !utf8.ValidString(string(t.table.Create)) {
			x.setNames("binary")
		}
		x.line(string(t.table.Create))
	}
}

func (x *export) use(name text) {
	x.out.WriteString("\n")
	x.line("USE " + quoteName(string(name)))
}

// views are written in the order of their references; those in a circle get a stand-in with
// the same columns first.
func (x *export) views(s *schema) {
	order, circle := sortViews(s)
	for _, v := range circle {
		x.use(v.database.Name)
		x.setNames("utf8mb4")
		x.line("CREATE VIEW " + quoteTable(string(v.database.Name), string(v.view.Name)) + " AS SELECT " + v.standIn())
	}
	for _, v := range append(order, circle...) {
		x.use(v.database.Name)
		x.view(s, v)
	}
	x.setNames("utf8mb4")
}

func (x *export) view(s *schema, v viewRef) {
	create := strings.Replace(string(v.view.Create), "CREATE ", "CREATE OR REPLACE ", 1)
	x.charset(v.view.Client, v.view.Connection)
	switch {
	case v.view.Broken == "":
		x.line(create)
	case mariadb(s):
		fmt.Fprintf(x.out, "-- %s did not work when it was saved: %s\n", oneLine(v.quoted()), oneLine(v.view.Broken))
		x.ifPossible(create)
	default:
		fmt.Fprintf(x.out, "-- %s did not work when it was saved: %s\n-- %s\n", oneLine(v.quoted()), oneLine(v.view.Broken), oneLine(create))
	}
}

// ifPossible runs a statement whose error does not end the load.
func (x *export) ifPossible(statement string) {
	x.out.WriteString("DELIMITER //\nBEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; EXECUTE IMMEDIATE ")
	x.out.Write(appendHex(nil, []byte(statement)))
	x.out.WriteString("; END//\nDELIMITER ;\n")
}

// charset sets the client's character set as it was when a view or program was created.
func (x *export) charset(client, connection string) {
	x.line("SET SESSION character_set_client = " + word(client) + ", collation_connection = " + word(connection))
	x.names = ""
}

// word keeps what came from a server as a bare name from being more than one.
func word(s string) string {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return "utf8mb4"
		}
	}
	if s == "" {
		return "utf8mb4"
	}
	return s
}
