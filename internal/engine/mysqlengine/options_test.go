package mysqlengine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cwb/executor"
	"cwb/internal/secretfile"
)

// writeOptions makes an option file.
func writeOptions(t testing.TB, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "my.cnf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOptionFile(t *testing.T) {
	for name, c := range map[string]struct{ text, user, password string }{
		"plain":             {"[client]\nuser=a\npassword=b\n", "a", "b"},
		"spaces and quotes": {"[client]\nuser = \"a b\"\npassword = 'x # y'  # comment\n", "a b", "x # y"},
		"escapes":           {"[client]\npassword=\"a\\tb\\\\c\\s\\nd\"\nuser=u\n", "u", "a\tb\\c \nd"},
		"comment":           {"# [client]\n; x\n[client]\nuser=u # me\npassword=p#q\n", "u", "p"},
		"other groups":      {"[mysqld]\nuser=mysql\npassword=no\n[client]\nuser=u\n[mysqldump]\npassword=no\n", "u", ""},
		"ours wins":         {"[client]\nuser=u\npassword=p\n[cwb]\npassword=q\n", "u", "q"},
		"crlf and bom":      {"\xef\xbb\xbf[client]\r\nuser=u\r\npassword=p\r\n", "u", "p"},
		"defaults":          {"", "root", ""},
		"underscores":       {"[client]\nloose_user=u\nssl_mode=REQUIRED\n", "u", ""},
		"equals in value":   {"[client]\npassword=a=b=c\nuser=u", "u", "a=b=c"},
		"one quote":         {"[client]\npassword=\"\nuser=u", "u", "\""},
		"inner quotes":      {"[client]\npassword='se\"cr#et'\nuser=u", "u", "se\"cr#et"},
		"trailing escape":   {"[client]\npassword=a\\\nuser=u", "u", "a\\"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := readLogin(writeOptions(t, c.text, 0o600))
			if err != nil || l.user != c.user || l.password != c.password {
				t.Errorf("got %q %q, %v; want %q %q", l.user, l.password, err, c.user, c.password)
			}
		})
	}
}

func TestOptionFileIsRefused(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	readable := writeOptions(t, "[client]\npassword=hunter2", 0o644)
	for name, c := range map[string]struct{ path, want string }{
		"readable by all": {readable, "chmod 600 " + readable},
		"missing":         {filepath.Join(t.TempDir(), "none"), "no such file"},
		"fifo":            {fifo, "no regular file"},
		"directory":       {t.TempDir(), "no regular file"},
		"huge":            {writeOptions(t, strings.Repeat("x", secretfile.MaxBytes+1), 0o600), "at most"},
		"include":         {writeOptions(t, "[client]\n!includedir /etc\npassword=hunter2", 0o600), "!includedir is not followed"},
		"broken group":    {writeOptions(t, "[client\npassword=hunter2", 0o600), "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readLogin(c.path)
			if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v; want %q", err, c.want)
			}
		})
	}
}

func FuzzOptionFile(f *testing.F) {
	f.Add([]byte("[client]\nuser=\"a\"\npassword='b\\'#'"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := parseLogin(text); err != nil && !errors.Is(err, executor.ErrRefused) {
			t.Errorf("%v is no refusal", err)
		}
	})
}
