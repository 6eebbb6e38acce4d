package mysqlengine

import (
	"context"
	"strings"
	"unicode/utf8"
)

// snapshotEngines are those whose rows a consistent snapshot covers.
var snapshotEngines = map[string]bool{"InnoDB": true, "BLACKHOLE": true} // the latter has no rows

// lockableEngines have no transactions, but stand still under LOCK TABLES … READ.
var lockableEngines = map[string]bool{"MyISAM": true, "Aria": true, "MEMORY": true, "CSV": true, "ARCHIVE": true}

// checkEngine refuses tables whose rows could not be proven to be of one moment.
func (c *catalog) checkEngine(o object) bool {
	switch {
	case o.engine == "":
		c.refuse("table %s cannot be opened by the server (%s); repair or drop it", o.quoted(), o.comment)
	case snapshotEngines[o.engine]:
		return c.checkHistory(o)
	case lockableEngines[o.engine] && c.locking:
		c.locked = append(c.locked, o.quoted())
		return c.checkHistory(o)
	case lockableEngines[o.engine]:
		c.refuse("table %s has the engine %s, which no snapshot covers; run: ALTER TABLE %s ENGINE=InnoDB, or set lock = \"tables\" on the node and let writers wait",
			o.quoted(), o.engine, o.quoted())
	default:
		c.refuse("table %s has the engine %s, whose rows cwb cannot take; leave its database out, or change the engine", o.quoted(), o.engine)
	}
	return false
}

// checkHistory refuses history that no server of this release could load back.
// system_versioning_insert_history came with 10.11. https://mariadb.com/kb/en/system-versioned-tables/
func (c *catalog) checkHistory(o object) bool {
	if o.kind != "SYSTEM VERSIONED" || c.p.atLeast(10, 11, 0) {
		return true
	}
	c.refuse("table %s is system-versioned, and its history can be loaded only by MariaDB 10.11 or later, this is %s; upgrade the server", o.quoted(), c.p.server.Version)
	return false
}

// checkProgram refuses a stored program whose text mixes two character sets: its name stands
// in it as UTF-8, its body in the character set of the client that created it.
func (c *catalog) checkProgram(kind, database, name string, create text, ctx programContext) {
	if ascii(name) || strings.HasPrefix(ctx.Client, "utf8") || ctx.Client == "binary" {
		return
	}
	c.refuse("%s %s has a name with special characters and was created by a client of character set %s; such text cannot be replayed: create it again over a utf8mb4 connection",
		kind, quoteTable(database, name), ctx.Client)
}

// beyondBMP are the character sets with characters that SHOW CREATE TABLE, which speaks
// three-byte UTF-8, prints as a question mark.
var beyondBMP = map[string]bool{"utf8mb4": true, "utf16": true, "utf16le": true, "utf32": true, "gb18030": true}

// checkLiterals refuses tables whose SHOW CREATE text does not say what the table is.
func (c *catalog) checkLiterals(ctx context.Context, o object, t *table) error {
	if !utf8.ValidString(string(t.Create)) && foreignLiteral(o, string(t.Create)) {
		c.refuse("table %s has a default that is not text beside defaults in an old character set; its definition cannot be replayed: convert its text columns to utf8mb4", o.quoted())
	}
	for _, raw := range o.columns {
		line := columnLine(string(t.Create), raw.name)
		if raw.generated() || !beyondBMP[raw.charset] || !strings.Contains(line, "?") {
			continue
		}
		lossy, err := c.lossy(ctx, o, raw, line)
		if err != nil {
			return err
		}
		if lossy {
			c.refuse("table %s: the definition of column %s has a character (such as an emoji) in a default or a member that the server prints as a question mark; change it", o.quoted(), quoteName(raw.name))
		}
	}
	return nil
}

// foreignLiteral reports special characters in the definition of a column whose character
// set is not UTF-8: only a connection that says utf8mb4 stores those rightly, and such a
// connection refuses bytes that are no UTF-8.
func foreignLiteral(o object, create string) bool {
	for _, raw := range o.columns {
		if raw.charset == "" || strings.HasPrefix(raw.charset, "utf8") {
			continue
		}
		line := columnLine(create, raw.name)
		if !ascii(strings.TrimPrefix(line, "  "+quoteName(raw.name))) {
			return true
		}
	}
	return false
}

// columnLine is the line of SHOW CREATE TABLE that defines a column.
func columnLine(create, column string) string {
	start := strings.Index(create, "\n  "+quoteName(column)+" ")
	if start < 0 {
		return ""
	}
	line, _, _ := strings.Cut(create[start+1:], "\n")
	return line
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
