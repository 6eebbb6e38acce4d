package house

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNoFileNamesTheMachineItWasWrittenOn: no file, tests included, names this checkout, its
// owner's home, or the hosts that packages come from here.
func TestNoFileNamesTheMachineItWasWrittenOn(t *testing.T) {
	root := strings.TrimSpace(command(t, "git", "rev-parse", "--show-toplevel"))
	unwanted := append(registries(t), places(root)...)
	for _, name := range strings.Split(strings.TrimRight(command(t, "git", "-C", root, "ls-files", "-z"), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			continue // removed, and not yet committed
		}
		for _, word := range unwanted {
			if strings.Contains(string(text), word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

// places are directories of this machine that mean nothing elsewhere.
func places(root string) []string {
	places := []string{root + "/"}
	if home, err := os.UserHomeDir(); err == nil && strings.Count(home, "/") > 1 {
		places = append(places, home+"/")
	}
	return places
}

// registries are the hosts that Go modules, Debian packages and others come from here.
func registries(t *testing.T) []string {
	t.Helper()
	hosts := map[string]bool{}
	texts := []string{command(t, "go", "env", "GOPROXY", "GOSUMDB")}
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); regexp.MustCompile(`(?i)proxy|registry|index`).MatchString(name) {
			texts = append(texts, value)
		}
	}
	for _, pattern := range []string{"/etc/apt/sources.list", "/etc/apt/sources.list.d/*", "/etc/apt/apt.conf.d/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if text, err := os.ReadFile(file); err == nil {
				texts = append(texts, string(text))
			}
		}
	}
	for _, text := range texts {
		for _, address := range regexp.MustCompile(`https?://[^\s,'";|]+`).FindAllString(text, -1) {
			if u, err := url.Parse(address); err == nil && u.Hostname() != "" && !everywhere(u.Hostname()) {
				hosts[u.Hostname()] = true
			}
		}
	}
	var list []string
	for host := range hosts {
		list = append(list, host)
	}
	return list
}

// everywhere reports hosts that mean the same wherever the repository is; import paths begin
// with the last.
func everywhere(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" || host == "github.com"
}
