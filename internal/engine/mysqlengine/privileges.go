package mysqlengine

import (
	"fmt"
	"strings"
)

// databasePrivileges are what seeing all of a database needs: with fewer, information_schema
// leaves objects out without a word.
var databasePrivileges = []string{"SELECT", "SHOW VIEW", "TRIGGER", "EVENT"}

// missing names every privilege that a complete backup of the databases lacks, each with the
// statement that gives it.
func (g *grants) missing(databases []string, p product, locking bool) []string {
	var out []string
	needed := databasePrivileges
	if locking {
		needed = append(append([]string(nil), needed...), "LOCK TABLES")
	}
	for _, database := range databases {
		var lacks []string
		for _, privilege := range needed {
			if !g.on(database, privilege) {
				lacks = append(lacks, privilege)
			}
		}
		if len(lacks) > 0 {
			out = append(out, fmt.Sprintf("database %s: %s lacks %s, so parts of it may be hidden; run: GRANT %s ON %s.* TO %s",
				quoteName(database), g.account, strings.Join(lacks, ", "), strings.Join(lacks, ", "), quoteName(escapePattern(database)), g.account))
		}
	}
	if refusal := g.missingRoutines(databases, p); refusal != "" {
		out = append(out, refusal)
	}
	return out
}

// missingRoutines says what seeing the bodies of all procedures and functions lacks.
// https://mariadb.com/kb/en/show-create-procedure/ and
// https://dev.mysql.com/doc/refman/8.4/en/show-create-procedure.html
func (g *grants) missingRoutines(databases []string, p product) string {
	remedy := "GRANT SELECT ON `mysql`.`proc` TO " + g.account
	switch {
	case g.global("SELECT"):
		return ""
	case !p.mariadb && p.atLeast(8, 0, 20):
		if g.global("SHOW_ROUTINE") {
			return ""
		}
		remedy = "GRANT SHOW_ROUTINE ON *.* TO " + g.account
	case !p.mariadb && p.atLeast(8, 0, 0):
		remedy = "GRANT SELECT ON *.* TO " + g.account
	case g.onTable("mysql", "proc", "SELECT"):
		return ""
	case p.mariadb && p.atLeast(11, 3, 0) && g.onAll(databases, "SHOW CREATE ROUTINE"):
		return ""
	}
	return fmt.Sprintf("%s may not read the bodies of all procedures and functions, so they would be missing; run: %s", g.account, remedy)
}

func (g *grants) onAll(databases []string, privilege string) bool {
	for _, database := range databases {
		if !g.on(database, privilege) {
			return false
		}
	}
	return true
}
