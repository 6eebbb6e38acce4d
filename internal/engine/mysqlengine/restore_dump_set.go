package mysqlengine

import (
	"fmt"
	"strings"
)

// Settings of a dump. Those in runSettings are given to the server as they stand, since what
// follows is to be read under them; those in skipSettings are the restore's own business.
var runSettings = map[string]bool{
	"NAMES": true, "CHARACTER_SET_CLIENT": true, "CHARACTER_SET_RESULTS": true, "CHARACTER_SET_CONNECTION": true,
	"COLLATION_CONNECTION": true, "TIME_ZONE": true, "SQL_MODE": true,
}

var skipSettings = map[string]bool{
	"UNIQUE_CHECKS": true, "FOREIGN_KEY_CHECKS": true, "SQL_NOTES": true, "NOTE_VERBOSITY": true, "SQL_LOG_BIN": true,
	"AUTOCOMMIT": true, "GTID_PURGED": true, "CHECK_CONSTRAINT_CHECKS": true, "SYSTEM_VERSIONING_INSERT_HISTORY": true,
	"INNODB_STATS_AUTO_RECALC": true, "SESSION_TRACK_GTIDS": true,
}

// readSet decides about a SET statement: whether it is run. It refuses settings that no dump
// needs, and values that are more than a literal or a variable.
func readSet(sql string) (run bool, err error) {
	words := tokens(sql)[1:]
	run = true
	for begin := true; len(words) > 0; words = words[1:] {
		t := words[0]
		switch {
		case t.is(sql, "("):
			return false, fmt.Errorf("a setting is computed")
		case t.is(sql, ","):
			begin = true
		case begin && (t.is(sql, "SESSION") || t.is(sql, "LOCAL") || t.is(sql, "GLOBAL")):
		case begin:
			begin = false
			name := settingName(sql, words)
			switch {
			case strings.HasPrefix(name, "@"), runSettings[name]:
			case skipSettings[name]:
				run = false
			default:
				return false, fmt.Errorf("it sets %s, which a dump does not need", name)
			}
		}
	}
	return run, nil
}

// settingName is the variable that an assignment sets, in upper case, without its scope.
func settingName(sql string, words []token) string {
	name, _ := words[0].name(sql)
	name = strings.ToUpper(name)
	if (name == "@@SESSION" || name == "@@GLOBAL" || name == "@@LOCAL") && len(words) > 2 && words[1].is(sql, ".") {
		name, _ = words[2].name(sql)
		name = strings.ToUpper(name)
	}
	return strings.TrimPrefix(name, "@@")
}

// setsPlainStrings reports whether a SET gives sql_mode a literal value, and whether that
// takes the meaning of backslashes away.
func setsPlainStrings(sql string) (sets, plain bool) {
	words := tokens(sql)
	for i, t := range words {
		name, _ := t.name(sql)
		if !strings.EqualFold(strings.TrimPrefix(name, "@@"), "sql_mode") || i+2 >= len(words) || !words[i+1].is(sql, "=") {
			continue
		}
		sets = true
		value := words[i+2]
		plain = value.kind == tokenString && strings.Contains(strings.ToUpper(value.text(sql)), "NO_BACKSLASH_ESCAPES")
	}
	return sets, plain
}
