package mysqlengine

import "strings"

// lexGrant splits a line of SHOW GRANTS into words; quoted names stay whole and quoted, and
// an account is one word. Commas, parentheses and dots are words of their own.
func lexGrant(line string) []string {
	var words []string
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == ',' || c == '(' || c == ')' || c == '.':
			words = append(words, line[i:i+1])
			i++
		default:
			end := wordEnd(line, i)
			words = append(words, line[i:end])
			i = end
		}
	}
	return words
}

// wordEnd is where the word that begins at i ends.
func wordEnd(line string, i int) int {
	for i < len(line) {
		switch c := line[i]; {
		case c == '`' || c == '\'' || c == '"':
			i = quotedEnd(line, i)
		case strings.IndexByte(" \t\r\n,().", c) >= 0:
			return i
		default:
			i++
		}
	}
	return i
}

// quotedEnd is the place after the quoted piece that begins at i; a doubled quote is one
// character of it.
func quotedEnd(line string, i int) int {
	quote := line[i]
	for i++; i < len(line); i++ {
		if line[i] != quote {
			continue
		}
		if i+1 < len(line) && line[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return i
}

// splitPrivileges reads the words between GRANT and ON. A privilege on single columns is
// none for us.
func splitPrivileges(words []string) map[string]bool {
	out := map[string]bool{}
	var name []string
	depth, columns := 0, false
	flush := func() {
		if len(name) > 0 && !columns {
			out[strings.ToUpper(strings.Join(name, " "))] = true
		}
		name, columns = nil, false
	}
	for _, w := range words {
		switch {
		case w == "(":
			depth, columns = depth+1, true
		case w == ")":
			depth--
		case depth > 0:
		case w == ",":
			flush()
		default:
			name = append(name, w)
		}
	}
	flush()
	return out
}

// splitObject splits "`db`.*" or "`db`.`t`" at the dot outside quotes.
func splitObject(object string) []string {
	var parts []string
	for _, w := range lexGrant(object) {
		if w != "." {
			parts = append(parts, w)
		}
	}
	return parts
}

func unquoteName(name string) string {
	if len(name) >= 2 && name[0] == '`' && name[len(name)-1] == '`' {
		return strings.ReplaceAll(name[1:len(name)-1], "``", "`")
	}
	return name
}

// like matches as the servers match database names in grants: % any run, _ any character,
// \ takes the next literally. https://mariadb.com/kb/en/grant/#database-privileges
func like(pattern, name string) bool {
	for len(pattern) > 0 {
		switch c := pattern[0]; {
		case c == '%':
			return likeAnywhere(pattern[1:], name)
		case len(name) == 0:
			return false
		case c == '_':
			pattern, name = pattern[1:], dropRune(name)
			continue
		case c == '\\' && len(pattern) > 1:
			pattern = pattern[1:]
		}
		if pattern[0] != name[0] {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return name == ""
}

func likeAnywhere(rest, name string) bool {
	for i := 0; i <= len(name); i++ {
		if like(rest, name[i:]) {
			return true
		}
	}
	return false
}

// dropRune removes the first character, however many bytes it has.
func dropRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[i:]
		}
	}
	return ""
}

// literalPattern is the only name a pattern matches, or "" when it has wildcards.
func literalPattern(pattern string) string {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%', '_':
			return ""
		case '\\':
			i++
		}
	}
	return unescapePattern(pattern)
}

func unescapePattern(pattern string) string {
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		out.WriteByte(pattern[i])
	}
	return out.String()
}

// escapePattern writes a database name so that GRANT means that one only.
func escapePattern(name string) string {
	return strings.NewReplacer(`\`, `\\`, "_", `\_`, "%", `\%`).Replace(name)
}
