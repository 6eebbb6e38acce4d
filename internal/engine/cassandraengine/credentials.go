package cassandraengine

import (
	"bytes"
	"fmt"
	"strings"

	"cwb/executor"
	"cwb/internal/secretfile"
)

// credentials log in to CQL. The password never leaves this room but to the server.
type credentials struct{ user, password string }

// credentialSections are those that cqlsh reads user and password from: in cqlshrc, and in
// the file of its option --credentials.
// https://cassandra.apache.org/doc/latest/cassandra/managing/tools/cqlsh.html#cqlshrc
var credentialSections = map[string]bool{"authentication": true, "PlainTextAuthProvider": true, "plain_text_auth": true}

// readCredentials reads a credentials_file; without one there are none.
func readCredentials(path string) (credentials, error) {
	if path == "" {
		return credentials{}, nil
	}
	text, err := secretfile.Read(path)
	if err != nil {
		return credentials{}, fmt.Errorf("read credentials_file: %w", err)
	}
	c := parseCredentials(text)
	if c.user == "" || c.password == "" {
		return credentials{}, fmt.Errorf("%w: credentials_file %q has no username and password in a section [authentication]: write [authentication], username = …, password = …, a line each", executor.ErrRefused, path)
	}
	return c, nil
}

// parseCredentials reads the file as Python's configparser does for cqlsh: what comes after
// the first = or : is the value, as it stands.
func parseCredentials(text []byte) (c credentials) {
	ours := false
	for line := range strings.Lines(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case line[0] == '[':
			name, _, _ := strings.Cut(line[1:], "]")
			ours = credentialSections[name]
		case ours:
			c.set(line)
		}
	}
	return c
}

func (c *credentials) set(line string) {
	end := strings.IndexAny(line, "=:")
	if end < 0 {
		return
	}
	value := strings.TrimSpace(line[end+1:])
	switch strings.ToLower(strings.TrimSpace(line[:end])) {
	case "username":
		c.user = value
	case "password":
		c.password = value
	}
}
