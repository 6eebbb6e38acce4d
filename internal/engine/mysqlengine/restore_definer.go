package mysqlengine

import (
	"fmt"
	"strings"
)

// definerChange says what becomes of DEFINER clauses: "keep", "drop", or an account.
type definerChange string

// parseDefiner checks --definer.
func parseDefiner(s string) (definerChange, error) {
	switch s {
	case "", "keep":
		return "keep", nil
	case "drop":
		return "drop", nil
	}
	if at := strings.LastIndexByte(s, '@'); at < 1 || at == len(s)-1 {
		return "", fmt.Errorf("--definer takes keep, drop or USER@HOST, and %q is none of them", s)
	}
	return definerChange(s), nil
}

// apply changes the DEFINER clause of a CREATE statement.
func (d definerChange) apply(create text) text {
	begin, end, _ := findDefiner(string(create))
	if d == "keep" || begin < 0 {
		return create
	}
	if d == "drop" {
		rest := strings.TrimLeft(string(create[end:]), " ")
		return create[:begin] + text(rest)
	}
	at := strings.LastIndexByte(string(d), '@')
	return create[:begin] + text("DEFINER="+quoteName(string(d[:at]))+"@"+quoteName(string(d[at+1:]))) + create[end:]
}

// findDefiner is where the clause DEFINER = account stands in a CREATE statement, and whose
// it is: user@host, or a role's name. The clause stands before the kind of the object.
func findDefiner(create string) (begin, end int, account string) {
	words := tokens(create)
	for i, t := range words {
		if t.is(create, "VIEW") || t.is(create, "TRIGGER") || t.is(create, "PROCEDURE") || t.is(create, "FUNCTION") || t.is(create, "EVENT") || t.is(create, "PACKAGE") {
			break
		}
		if !t.is(create, "DEFINER") || i+2 >= len(words) || !words[i+1].is(create, "=") {
			continue
		}
		return accountAt(create, words[i+2:], t.begin)
	}
	return -1, -1, ""
}

// accountAt reads name or name@host.
func accountAt(create string, words []token, begin int) (int, int, string) {
	user, ok := accountName(create, words[0])
	if !ok {
		return -1, -1, ""
	}
	end := words[0].end
	if end < len(create) && create[end] == '@' && len(words) > 1 {
		// "@" and a bare host are one word to the lexer; a quoted host is one of its own.
		if words[1].text(create) != "@" {
			return begin, words[1].end, user + words[1].text(create)
		}
		if len(words) > 2 {
			host, _ := accountName(create, words[2])
			return begin, words[2].end, user + "@" + host
		}
	}
	return begin, end, user
}

func accountName(create string, t token) (string, bool) {
	if s := t.text(create); t.kind == tokenString && len(s) >= 2 {
		return strings.ReplaceAll(s[1:len(s)-1], s[:1]+s[:1], s[:1]), true
	}
	return t.name(create)
}

// definers lists the accounts and roles that a schema's programs run as.
func (s *schema) definers() []string {
	var out []string
	s.eachProgram(func(create *text) {
		if _, _, account := findDefiner(string(*create)); account != "" {
			out = append(out, account)
		}
	})
	return sorted(out)
}

// eachProgram calls f with the text of every view, routine, trigger and event.
func (s *schema) eachProgram(f func(create *text)) {
	for i := range s.Databases {
		d := &s.Databases[i]
		for j := range d.Views {
			f(&d.Views[j].Create)
		}
		for j := range d.Routines {
			f(&d.Routines[j].Create)
		}
		for j := range d.Events {
			f(&d.Events[j].Create)
		}
		for j := range d.Tables {
			for k := range d.Tables[j].Triggers {
				f(&d.Tables[j].Triggers[k].Create)
			}
		}
	}
}
