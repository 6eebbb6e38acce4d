package cassandraengine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cwb/config"
	"cwb/executor"
)

// Only who does not answer, without anybody knowing why, is to be started.
func TestInspectSaysWhatToDo(t *testing.T) {
	a := newAuthority(t)
	open := a.write("open", 0o644, []byte("[authentication]\nusername = u\npassword = p\n"))
	for name, c := range map[string]struct {
		down  error
		start bool
	}{
		"no answer":           {connectError(t, config.Cassandra{Address: "127.0.0.1:1"}), true},
		"no answer any more":  {fmt.Errorf("read system.local: %w", executor.ErrUnreachable), true},
		"a file all can read": {connectError(t, config.Cassandra{Address: "127.0.0.1:1", CredentialsFile: open}), false},
		"no key":              {connectError(t, node("127.0.0.1:1", "", a.file, open, "/nowhere/key")), false},
		"a remedy of its own": {explained{fmt.Errorf("%w: renew the certificate", executor.ErrUnreachable)}, false},
		"credentials":         {executor.ErrCredentials, false},
		"what cannot be read": {errors.New("the server's data_file_directories is no list"), false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.engine.connect = func(context.Context) (server, error) { return nil, c.down }
			s, err := f.engine.Inspect(t.Context())
			if err != nil || s.Down == "" {
				t.Fatalf("%+v, %v", s, err)
			}
			if got := strings.Contains(s.Down, "start the server"); got != c.start {
				t.Errorf("down: %s", s.Down)
			}
		})
	}
}
