package mysqlengine

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// lossy finds out whether a question mark in a column's definition stands for a character
// that SHOW CREATE TABLE could not print, by asking for the default and the members
// themselves. https://jira.mariadb.org/browse/MDEV-8334 is why the servers' own texts are of
// three-byte UTF-8.
func (c *catalog) lossy(ctx context.Context, o object, raw rawColumn, line string) (bool, error) {
	if strings.Contains(line, " DEFAULT '") {
		// A table joined on a false condition gives one row of defaults, also when it is empty.
		text, err := c.s.one(ctx, fmt.Sprintf("SELECT CONVERT(DEFAULT(t.%s) USING utf8mb4) FROM (SELECT 1) AS one LEFT JOIN %s AS t ON FALSE",
			quoteName(raw.name), o.quoted()))
		if err != nil {
			return false, err
		}
		if supplementary(text) {
			return true, nil
		}
	}
	if raw.dataType != "enum" && raw.dataType != "set" {
		return false, nil
	}
	if !c.p.mariadb {
		return strings.Contains(raw.fullType, "?"), nil // nothing tells, so it is not called exact
	}
	members, err := c.s.one(ctx, membersQuery(o, raw))
	return supplementary(members), err
}

// membersQuery runs through the members of an ENUM or SET with a variable of its type.
func membersQuery(o object, raw rawColumn) string {
	set := "i"
	if raw.dataType == "set" {
		set = "1 << (i - 1)"
	}
	return fmt.Sprintf("BEGIN NOT ATOMIC DECLARE v TYPE OF %s.%s; DECLARE i INT DEFAULT 1; DECLARE members LONGTEXT CHARACTER SET utf8mb4 DEFAULT ''; "+
		"walk: WHILE i <= %d DO SET v = %s; SET members = CONCAT(members, CONVERT(v USING utf8mb4)); SET i = i + 1; END WHILE; SELECT members; END",
		o.quoted(), quoteName(raw.name), 1+strings.Count(raw.fullType, "','"), set)
}

// supplementary reports a character that three-byte UTF-8 does not have.
func supplementary(text string) bool {
	for _, r := range text {
		if r > 0xffff && r != utf8.RuneError {
			return true
		}
	}
	return false
}
