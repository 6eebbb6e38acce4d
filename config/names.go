package config

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"cwb/internal/backup"
)

// checkLabel refuses a name that could not be part of a path, a tag or a unit.
func checkLabel(name string, at hcl.Range, r *report) bool {
	if backup.ValidLabel(name) {
		return true
	}
	r.errorf(at, "Invalid name", "%s is no valid name: %s. Names match [a-z][a-z0-9_-]{0,31}, such as ellis-1.", quoted(name), labelFault(name))
	return false
}

// labelFault says what is wrong with a label, most telling first.
func labelFault(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case name == "node" || name == "latest":
		return "this word is reserved"
	case !isASCII(name):
		return lookAlike(name)
	case len(name) > 32:
		return fmt.Sprintf("it has %d characters, 32 are allowed", len(name))
	case strings.ToLower(name) != name:
		return "capital letters are not allowed"
	case name[0] < 'a' || name[0] > 'z':
		return fmt.Sprintf("it begins with %s instead of a letter", quoted(name[:1]))
	}
	at := strings.IndexFunc(name, func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_-", c) })
	return fmt.Sprintf("it contains %s", quoted(name[at:at+1]))
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c > unicode.MaxASCII })
}

// lookAlike names the first letter that is not ASCII, and the one it may be taken for.
func lookAlike(name string) string {
	position := 0
	for _, c := range name {
		position++
		if c <= unicode.MaxASCII {
			continue
		}
		what := fmt.Sprintf("character %d is %s%U", position, shown(c), c)
		if twin := latinTwin(c); twin != 0 {
			return fmt.Sprintf("%s, a %s letter that only looks like %q", what, scriptOf(c), twin)
		}
		return what + ", which is not ASCII"
	}
	return "all letters are ASCII"
}

// shown is the character itself where it has a shape, with a space.
func shown(c rune) string {
	if !unicode.IsPrint(c) || unicode.Is(unicode.Mn, c) {
		return ""
	}
	return string(c) + " "
}

func scriptOf(c rune) string {
	switch {
	case unicode.Is(unicode.Cyrillic, c):
		return "Cyrillic"
	case unicode.Is(unicode.Greek, c):
		return "Greek"
	}
	return "foreign"
}

// latinTwin is the Latin letter that c is easily taken for, or 0.
func latinTwin(c rune) rune {
	const foreign = "аеорсухіјѕԁһӏԛԝοανικρτυωɑɡı"
	const latin = "aeopcyxijsdhlqwoavikptuwagi"
	i := 0
	for _, f := range foreign {
		if f == c {
			return rune(latin[i])
		}
		i++
	}
	return 0
}
