package mysqlengine

import (
	"strconv"
	"strings"
)

// expandVersions gives a statement as a server reads it: comments with a version up to the
// server's own are part of it, the others are not.
// https://mariadb.com/kb/en/comment-syntax/#executable-comment-syntax
func expandVersions(sql string, p product) string {
	if !strings.Contains(sql, "/*!") && !strings.Contains(sql, "/*M!") {
		return sql
	}
	var out strings.Builder
	depth := 0
	for i := 0; i < len(sql); {
		if depth > 0 && strings.HasPrefix(sql[i:], "*/") {
			depth--
			out.WriteByte(' ')
			i += 2
			continue
		}
		t, _ := nextToken(sql, i)
		switch {
		case t.kind == tokenVersion && p.runs(t.text(sql)):
			depth++
			i = t.end
		case t.kind == tokenVersion:
			i = versionEnd(sql, t.end)
			out.WriteByte(' ')
		default:
			out.WriteString(t.text(sql))
			i = t.end
		}
	}
	return strings.TrimSpace(out.String())
}

// runs reports whether a server runs the comment that begins so.
func (p product) runs(marker string) bool {
	number := strings.TrimLeft(marker, "/*M!")
	if strings.HasPrefix(marker, "/*M") && !p.mariadb {
		return false
	}
	if number == "" {
		return true
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	if p.mariadb && n >= 50700 && n <= 99999 {
		return false // of MySQL 5.7 and later, which MariaDB is not
	}
	return n <= p.release[0]*10000+p.release[1]*100+p.release[2]
}

// versionEnd is the place after a comment that is not run.
func versionEnd(sql string, i int) int {
	for depth := 1; i < len(sql); {
		if strings.HasPrefix(sql[i:], "*/") {
			i += 2
			if depth--; depth == 0 {
				return i
			}
			continue
		}
		t, whole := nextToken(sql, i)
		if !whole || t.kind == tokenMark && sql[i] == '\\' {
			// Not SQL: such as the line of MariaDB's sandbox mode.
			end := strings.Index(sql[i:], "*/")
			if end < 0 {
				return len(sql)
			}
			i += end
			continue
		}
		i = t.end
		if t.kind == tokenVersion {
			depth++
		}
	}
	return len(sql)
}
