package mysqlengine

import (
	"bytes"
	"fmt"
	"strings"

	"cwb/executor"
	"cwb/internal/secretfile"
)

// login is what an option file says about how to log in. Its password never leaves this
// room but to the server.
type login struct {
	user     string
	password string
	tls      tlsOptions
}

// tlsOptions are the option file's ssl settings, MySQL's and MariaDB's spelling.
type tlsOptions struct {
	mode   string // "", "disabled", "preferred", "required", "verify_ca", "verify_identity"
	ca     string
	cert   string
	key    string
	verify bool // ssl-verify-server-cert
}

// optionGroups are read, the later ones in the file winning. The names are those that the
// stock clients read, and our own. https://mariadb.com/kb/en/configuring-mariadb-with-option-files/
var optionGroups = map[string]bool{"client": true, "client-server": true, "client-mariadb": true, "cwb": true}

// readLogin reads a defaults_file; without one it is root without a password.
func readLogin(path string) (login, error) {
	if path == "" {
		return login{user: "root"}, nil
	}
	text, err := secretfile.Read(path)
	if err != nil {
		return login{}, fmt.Errorf("read defaults_file: %w", err)
	}
	l, err := parseLogin(text)
	if err != nil {
		return login{}, fmt.Errorf("read defaults_file %q: %w", path, err)
	}
	return l, nil
}

// parseLogin reads the text of an option file. Options that do not concern the login are
// left alone, as the stock client leaves other programs' groups alone. Errors name lines,
// never values.
func parseLogin(text []byte) (login, error) {
	l := login{user: "root"}
	ours := false
	for i, line := range strings.Split(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case line[0] == '!':
			return login{}, fmt.Errorf("%w: line %d: %s is not followed; write user and password into this file", executor.ErrRefused, i+1, strings.Fields(line)[0])
		case line[0] == '[':
			name, _, ok := strings.Cut(line[1:], "]")
			if !ok {
				return login{}, fmt.Errorf("%w: line %d: a group needs a closing bracket", executor.ErrRefused, i+1)
			}
			ours = optionGroups[strings.ToLower(strings.TrimSpace(name))]
		case ours:
			key, value, _ := cutOption(line)
			l.set(key, value)
		}
	}
	return l, nil
}

// set takes one option; unknown ones are none of our business.
func (l *login) set(key, value string) {
	switch key {
	case "user":
		l.user = value
	case "password":
		l.password = value
	case "ssl-mode":
		l.tls.mode = strings.ToLower(value)
	case "ssl":
		l.tls.mode = "required"
		if value == "0" || strings.EqualFold(value, "off") || strings.EqualFold(value, "false") {
			l.tls.mode = "disabled"
		}
	case "skip-ssl", "disable-ssl":
		l.tls.mode = "disabled"
	case "ssl-ca":
		l.tls.ca = value
	case "ssl-cert":
		l.tls.cert = value
	case "ssl-key":
		l.tls.key = value
	case "ssl-verify-server-cert":
		l.tls.verify = value != "0" && !strings.EqualFold(value, "off") && !strings.EqualFold(value, "false")
	}
}

// cutOption splits a line into its key, with dashes, and its value, unquoted and unescaped
// as the servers' own reader does it. https://dev.mysql.com/doc/refman/8.4/en/option-files.html
func cutOption(line string) (key, value string, hasValue bool) {
	line = cutComment(line)
	key, value, hasValue = strings.Cut(line, "=")
	key = strings.ReplaceAll(strings.TrimSpace(key), "_", "-")
	key = strings.TrimPrefix(key, "loose-")
	value = strings.TrimSpace(value)
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	return key, unescapeOption(value), hasValue
}

// cutComment ends a line at a # that is not inside quotes.
func cutComment(line string) string {
	quote, escaped := byte(0), false
	for i := 0; i < len(line); i++ {
		c := line[i]
		if (c == '\'' || c == '"') && !escaped {
			switch quote {
			case 0:
				quote = c
			case c:
				quote = 0
			}
		}
		if c == '#' && quote == 0 {
			return line[:i]
		}
		escaped = quote != 0 && c == '\\' && !escaped
	}
	return line
}

var optionEscapes = map[byte]byte{'b': '\b', 't': '\t', 'n': '\n', 'r': '\r', '\\': '\\', 's': ' ', '"': '"', '\'': '\''}

func unescapeOption(value string) string {
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			if c, ok := optionEscapes[value[i+1]]; ok {
				out.WriteByte(c)
				i++
				continue
			}
		}
		out.WriteByte(value[i])
	}
	return out.String()
}
