package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// grants are what SHOW GRANTS says of this session's account and its active roles.
// information_schema silently hides what an account may not see, so completeness is proven
// from here and never from what a listing happens to show.
type grants struct {
	account string // 'user'@'host', quoted as a GRANT statement wants it
	byWhom  map[string]*grantee
}

// grantee is one account or role: privileges of roles add up, privileges of several
// database patterns of one grantee do not (the server uses the most specific one).
type grantee struct {
	global    map[string]bool
	databases []databaseGrant
	tables    map[string]map[string]bool // quoted `db`.`table`
}

type databaseGrant struct {
	pattern    string // as LIKE reads it: % and _ are wild, \ takes that away
	privileges map[string]bool
	revoked    bool // MySQL 8: a partial revoke
}

// readGrants asks for the session's grants.
func readGrants(ctx context.Context, s *session, p product) (*grants, error) {
	query := "SHOW GRANTS"
	if !p.mariadb && p.atLeast(8, 0, 0) {
		roles, err := s.one(ctx, "SELECT CURRENT_ROLE()")
		if err != nil {
			return nil, fmt.Errorf("ask for the roles: %w", err)
		}
		if roles != "" && roles != "NONE" {
			query = "SHOW GRANTS FOR CURRENT_USER() USING " + roles // quoted by the server
		}
	}
	r, err := s.query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("ask for the grants: %w", err)
	}
	user, err := s.one(ctx, "SELECT CURRENT_USER()")
	if err != nil {
		return nil, fmt.Errorf("ask for the account: %w", err)
	}
	lines := make([]string, 0, len(r.rows))
	for _, row := range r.rows {
		lines = append(lines, string(row[0]))
	}
	return parseGrants(quoteAccount(user), lines), nil
}

// quoteAccount turns CURRENT_USER()'s user@host into what GRANT takes.
func quoteAccount(user string) string {
	at := strings.LastIndexByte(user, '@')
	if at < 0 {
		return "'" + strings.ReplaceAll(user, "'", "''") + "'"
	}
	return "'" + strings.ReplaceAll(user[:at], "'", "''") + "'@'" + strings.ReplaceAll(user[at+1:], "'", "''") + "'"
}

func parseGrants(account string, lines []string) *grants {
	g := &grants{account: account, byWhom: map[string]*grantee{}}
	for _, line := range lines {
		g.add(line)
	}
	return g
}

// add reads one line. What it does not understand gives no privilege.
func (g *grants) add(line string) {
	words := lexGrant(line)
	verb, joint := "GRANT", "TO"
	if len(words) > 0 && words[0] == "REVOKE" {
		verb, joint = "REVOKE", "FROM"
	}
	on, to := slices.Index(words, "ON"), slices.Index(words, joint)
	if len(words) == 0 || words[0] != verb || on < 0 || to < on || to+1 >= len(words) {
		return
	}
	who := g.byWhom[words[to+1]]
	if who == nil {
		who = &grantee{global: map[string]bool{}, tables: map[string]map[string]bool{}}
		g.byWhom[words[to+1]] = who
	}
	who.add(splitPrivileges(words[1:on]), strings.Join(words[on+1:to], ""), verb == "REVOKE")
}

func (w *grantee) add(privileges map[string]bool, object string, revoked bool) {
	parts := splitObject(object)
	switch {
	case len(parts) != 2:
	case parts[0] == "*" && parts[1] == "*":
		if !revoked {
			for p := range privileges {
				w.global[p] = true
			}
		}
	case parts[1] == "*":
		w.databases = append(w.databases, databaseGrant{unquoteName(parts[0]), privileges, revoked})
	default:
		if !revoked {
			w.tables[parts[0]+"."+parts[1]] = privileges
		}
	}
}

// global reports whether a privilege is held on everything.
func (g *grants) global(privilege string) bool {
	for _, who := range g.byWhom {
		if holds(who.global, privilege) {
			return true
		}
	}
	return false
}

// on reports whether a privilege is held on all of a database.
func (g *grants) on(database, privilege string) bool {
	for _, who := range g.byWhom {
		if who.on(database, privilege) {
			return true
		}
	}
	return false
}

// onTable reports whether a privilege is held on one table.
func (g *grants) onTable(database, table, privilege string) bool {
	for _, who := range g.byWhom {
		if holds(who.tables[quoteTable(database, table)], privilege) {
			return true
		}
	}
	return g.on(database, privilege)
}

func (w *grantee) on(database, privilege string) bool {
	if holds(w.global, privilege) && !w.revokedOn(database, privilege) {
		return true
	}
	var matching []databaseGrant
	for _, d := range w.databases {
		switch {
		case d.revoked:
		case literalPattern(d.pattern) == database:
			return holds(d.privileges, privilege) // the most specific one wins
		case like(d.pattern, database):
			matching = append(matching, d)
		}
	}
	for _, d := range matching {
		if !holds(d.privileges, privilege) {
			return false // which of several patterns the server takes is not for us to guess
		}
	}
	return len(matching) > 0
}

func (w *grantee) revokedOn(database, privilege string) bool {
	return slices.ContainsFunc(w.databases, func(d databaseGrant) bool {
		return d.revoked && unescapePattern(d.pattern) == database && holds(d.privileges, privilege)
	})
}

func holds(privileges map[string]bool, privilege string) bool {
	return privileges[privilege] || privileges["ALL PRIVILEGES"] || privileges["ALL"]
}
