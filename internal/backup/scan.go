package backup

import "bytes"

// What follows reads JSON as cwb writes it without building anything. It checks only what it
// needs: whatever it does not expect makes it give up (ok = false), and then encoding/json
// decides. It never recurses.

// member is one member of an object.
type member struct{ key, value []byte }

// members lists those of the object that data holds, when their keys are plain and strictly
// in order, as cwb writes them.
func members(data []byte) (all []member, ok bool) {
	i := skipSpace(data, 0)
	if i == len(data) || data[i] != '{' {
		return nil, false
	}
	for i = skipSpace(data, i+1); i < len(data) && data[i] != '}'; {
		var m member
		if m, i, ok = nextMember(data, i); !ok {
			return nil, false
		}
		if n := len(all); n > 0 && bytes.Compare(all[n-1].key, m.key) >= 0 {
			return nil, false
		}
		all = append(all, m)
	}
	return all, i < len(data) && skipSpace(data, i+1) == len(data)
}

// nextMember reads `"key": value` at i, and the comma after it.
func nextMember(data []byte, i int) (m member, next int, ok bool) {
	end, ok := skipValue(data, i)
	if !ok || data[i] != '"' {
		return m, 0, false
	}
	m.key = data[i+1 : end-1]
	if !plainText(m.key) {
		return m, 0, false
	}
	if i = skipSpace(data, end); i == len(data) || data[i] != ':' {
		return m, 0, false
	}
	i = skipSpace(data, i+1)
	if end, ok = skipValue(data, i); !ok {
		return m, 0, false
	}
	m.value = data[i:end]
	next, ok = skipComma(data, end)
	return m, next, ok
}

// skipComma goes on to the next member or element, or to the end of what holds them.
func skipComma(data []byte, i int) (next int, ok bool) {
	i = skipSpace(data, i)
	if i == len(data) {
		return 0, false
	}
	if data[i] != ',' {
		return i, data[i] == '}' || data[i] == ']'
	}
	i = skipSpace(data, i+1)
	return i, i < len(data) && data[i] != '}' && data[i] != ']'
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// skipValue finds the end of the value that begins at i.
func skipValue(data []byte, i int) (end int, ok bool) {
	for depth := 0; i < len(data); {
		switch data[i] {
		case '"':
			if i, ok = skipString(data, i); !ok {
				return 0, false
			}
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\n', '\t', '\r':
			i++
			if depth > 0 {
				continue
			}
			return 0, false
		default:
			i = skipScalar(data, i)
		}
		if depth <= 0 {
			return i, depth == 0
		}
	}
	return 0, false
}

// skipScalar finds the end of a number or word.
func skipScalar(data []byte, i int) int {
	for i < len(data) {
		switch data[i] {
		case ',', ':', '}', ']', '{', '[', '"', ' ', '\n', '\t', '\r':
			return i
		}
		i++
	}
	return i
}

// skipString finds the end of the string whose first quote is at i.
func skipString(data []byte, i int) (end int, ok bool) {
	for i++; i < len(data); i++ {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return 0, false
		}
		i += n
		backslashes := 0
		for data[i-1-backslashes] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return i + 1, true
		}
	}
	return 0, false
}

// plainText reports whether a string is written as it is, in every spelling of JSON.
func plainText(s []byte) bool {
	for _, c := range s {
		if c < ' ' || c > '~' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
