package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// digestOfMembers is digestOf for members in order, without building the canonical form.
func digestOfMembers(all []member) string {
	c := newCanonical()
	separator := byte('{')
	for _, m := range all {
		if string(m.key) == "digest" {
			continue
		}
		c.key(&separator, string(m.key))
		c.compact(m.value)
	}
	c.end(separator)
	return c.digest()
}

// canonical hashes JSON as encoding/json compacts it: without spaces, and with what HTML
// gives a meaning escaped. A nil one hashes nothing.
type canonical struct {
	sum    hash.Hash
	buffer []byte
}

func newCanonical() *canonical { return &canonical{sum: sha256.New()} }

// key begins a member of the object, whose first one has the separator '{'.
func (c *canonical) key(separator *byte, name string) {
	c.put(*separator, '"')
	c.put([]byte(name)...)
	c.put('"', ':')
	*separator = ','
}

// end ends the object.
func (c *canonical) end(separator byte) {
	if separator == '{' {
		c.put('{')
	}
	c.put('}')
}

func (c *canonical) digest() string {
	c.flush()
	return hex.EncodeToString(c.sum.Sum(nil))
}

func (c *canonical) put(data ...byte) {
	if c == nil {
		return
	}
	c.buffer = append(c.buffer, data...)
	if len(c.buffer) >= 32<<10 {
		c.flush()
	}
}

func (c *canonical) flush() {
	c.sum.Write(c.buffer)
	c.buffer = c.buffer[:0]
}

func (c *canonical) compact(value []byte) {
	if c == nil {
		return
	}
	for i := 0; i < len(value); {
		start := i
		if value[i] == '"' {
			i, _ = skipString(value, i) // whose end was found before
			c.text(value[start:i])
			continue
		}
		for i < len(value) && value[i] > ' ' && value[i] != '"' {
			i++
		}
		c.put(value[start:i]...)
		i = skipSpace(value, i)
		if i == start {
			i++ // a control character, which encoding/json refuses
		}
	}
}

// text hashes a string with its quotes.
func (c *canonical) text(s []byte) {
	start := 0
	for i := 0; i < len(s); {
		switch {
		case s[i] == '<' || s[i] == '>' || s[i] == '&',
			s[i] == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xA8: // U+2028 and U+2029
			c.put(s[start:i]...)
			i += c.escape(s[i:])
			start = i
		default:
			i++
		}
	}
	c.put(s[start:]...)
}

// escape hashes the escape of the character that s begins with, and gives its length.
func (c *canonical) escape(s []byte) int {
	const hexDigits = "0123456789abcdef"
	if s[0] == 0xE2 {
		c.put([]byte(`\u202`)...)
		c.put(hexDigits[s[2]&0xF])
		return 3
	}
	c.put([]byte(`\u00`)...)
	c.put(hexDigits[s[0]>>4], hexDigits[s[0]&0xF])
	return 1
}
