package mysqlengine

import "strings"

// tokenKind says what a piece of SQL is, as far as it matters where names stand.
type tokenKind byte

const (
	tokenSpace   tokenKind = iota // blanks and comments
	tokenWord                     // letters, digits, _ $ @ and bytes above ASCII
	tokenName                     // `quoted`
	tokenString                   // 'quoted' or "quoted"
	tokenMark                     // one other character
	tokenVersion                  // the beginning of a comment that is run: /*!50003 or /*M!100100
)

// token is one piece of a text: text[begin:end].
type token struct {
	kind       tokenKind
	begin, end int
}

// nextToken reads the piece that begins at i, which is below len(sql). Backslashes escape in
// strings. A piece that has no end goes to the end of the text, and whole is false.
func nextToken(sql string, i int) (t token, whole bool) {
	t = token{kind: tokenMark, begin: i, end: i + 1}
	c := sql[i]
	switch {
	case c == '`':
		t.kind = tokenName
		t.end, whole = nameEnd(sql, i)
		return t, whole
	case c == '\'' || c == '"':
		t.kind = tokenString
		t.end, whole = stringEnd(sql, i)
		return t, whole
	case isBlank(c):
		t.kind = tokenSpace
		for t.end < len(sql) && isBlank(sql[t.end]) {
			t.end++
		}
	case isWordByte(c):
		t.kind = tokenWord
		for t.end < len(sql) && isWordByte(sql[t.end]) {
			t.end++
		}
	default:
		return commentToken(sql, t)
	}
	return t, true
}

// commentToken reads a comment, or leaves t the one character that it is.
func commentToken(sql string, t token) (token, bool) {
	rest := sql[t.begin:]
	switch {
	case rest[0] == '#', strings.HasPrefix(rest, "--") && (len(rest) == 2 || rest[2] <= ' '):
		t.kind = tokenSpace
		end := strings.IndexByte(rest, '\n')
		if end < 0 {
			t.end = len(sql)
			return t, true
		}
		t.end = t.begin + end + 1
	case strings.HasPrefix(rest, "/*!"), strings.HasPrefix(rest, "/*M!"):
		t.kind, t.end = tokenVersion, t.begin+strings.IndexByte(rest, '!')+1
		for t.end < len(sql) && sql[t.end] >= '0' && sql[t.end] <= '9' {
			t.end++
		}
	case strings.HasPrefix(rest, "/*"):
		t.kind = tokenSpace
		end := strings.Index(rest[2:], "*/")
		if end < 0 {
			t.end = len(sql)
			return t, false
		}
		t.end = t.begin + 2 + end + 2
	}
	return t, true
}

// nameEnd is the place after a name in backticks; a doubled one is part of it.
func nameEnd(sql string, i int) (end int, whole bool) {
	for i++; ; i++ {
		n := strings.IndexByte(sql[i:], '`')
		if n < 0 {
			return len(sql), false
		}
		if i += n; i+1 >= len(sql) || sql[i+1] != '`' {
			return i + 1, true
		}
		i++
	}
}

// stringEnd is the place after a string.
func stringEnd(sql string, i int) (end int, whole bool) {
	quote := sql[i]
	for i++; i < len(sql); i++ {
		switch sql[i] {
		case '\\':
			i++
		case quote:
			if i+1 >= len(sql) || sql[i+1] != quote {
				return i + 1, true
			}
			i++
		}
	}
	return len(sql), false
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '@' || c >= 0x80
}

// tokens splits a text, without what is [tokenSpace]. It stops before a piece without an end.
func tokens(sql string) []token {
	var out []token
	for i := 0; i < len(sql); {
		t, whole := nextToken(sql, i)
		if !whole {
			break
		}
		if t.kind != tokenSpace {
			out = append(out, t)
		}
		i = t.end
	}
	return out
}

func (t token) text(sql string) string { return sql[t.begin:t.end] }

// is reports whether a token is a keyword or a mark.
func (t token) is(sql, word string) bool {
	return (t.kind == tokenWord || t.kind == tokenMark) && strings.EqualFold(t.text(sql), word)
}

// name is the identifier that a token is; false when it is none.
func (t token) name(sql string) (string, bool) {
	switch t.kind {
	case tokenName:
		return unquoteName(t.text(sql)), true
	case tokenWord:
		return t.text(sql), true
	case tokenString:
		if s := t.text(sql); s[0] == '"' { // sql_mode ANSI_QUOTES
			return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`), true
		}
	}
	return "", false
}
