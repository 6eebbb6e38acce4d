package survey

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Machine is what was found.
type Machine struct {
	Host      string
	MySQL     *MySQL
	Cassandra *Cassandra
}

// MySQL is a MySQL or MariaDB server that seems to run here.
type MySQL struct {
	Socket    string
	Databases []string // none when its data directory cannot be read
	Legacy    []string // directories of the old scripts' backups
	Defaults  string   // an option file that may hold its credentials, if one is there
}

// Cassandra is a Cassandra node that seems to live here.
type Cassandra struct {
	DataDirs  []string
	Keyspaces []string
	Legacy    []string
}

// Look surveys the machine whose root directory is root ("/").
func Look(root, host string) Machine {
	l := looker{root}
	return Machine{Host: host, MySQL: l.mysql(), Cassandra: l.cassandra()}
}

type looker struct{ root string }

func (l looker) path(p string) string { return filepath.Join(l.root, p) }

// exists reports whether p is there and of the type; 0 means a directory or file.
func (l looker) exists(p string, mode fs.FileMode) bool {
	info, err := os.Stat(l.path(p))
	return err == nil && info.Mode().Type()&mode == mode
}

// dirs lists the directories below p.
func (l looker) dirs(p string) []string {
	entries, _ := os.ReadDir(l.path(p)) // what cannot be read is said in the policy's comments
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// existing keeps those directories that are there.
func (l looker) existing(paths ...string) []string {
	var found []string
	for _, p := range paths {
		if l.exists(p, fs.ModeDir) {
			found = append(found, p)
		}
	}
	return found
}

func (l looker) mysql() *MySQL {
	// Debian's and MySQL's own defaults, and that of RPM packages.
	for _, socket := range []string{"/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"} {
		if l.exists(socket, fs.ModeSocket) {
			m := &MySQL{Socket: socket, Databases: l.databases("/var/lib/mysql"), Legacy: l.existing("/usr/share/clearwater/ellis/backup/backups")}
			if l.exists("/etc/mysql/debian.cnf", 0) {
				m.Defaults = "/etc/mysql/debian.cnf"
			}
			return m
		}
	}
	return nil
}

// plain is a name that needs no quoting anywhere.
var plain = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

func (l looker) databases(datadir string) []string {
	var names []string
	for _, name := range l.dirs(datadir) {
		if plain.MatchString(name) && !slices.Contains([]string{"mysql", "sys", "performance_schema", "information_schema"}, name) {
			names = append(names, name)
		}
	}
	return names
}

func (l looker) cassandra() *Cassandra {
	dirs := l.existing(l.dataDirs()...)
	if len(dirs) == 0 {
		return nil
	}
	c := &Cassandra{DataDirs: dirs, Legacy: l.existing("/usr/share/clearwater/homer/backup/backups", "/usr/share/clearwater/homestead/backup/backups", "/usr/share/clearwater/memento/backup/backups")}
	for _, dir := range dirs {
		for _, ks := range l.dirs(dir) {
			if plain.MatchString(ks) && !strings.HasPrefix(ks, "system") && !slices.Contains(c.Keyspaces, ks) {
				c.Keyspaces = append(c.Keyspaces, ks)
			}
		}
	}
	slices.Sort(c.Keyspaces)
	return c
}

// listItem is an entry of data_file_directories in cassandra.yaml.
var listItem = regexp.MustCompile(`^\s*-\s*["']?(/[^"'#]*?)["']?\s*(#.*)?$`)

// dataDirs reads data_file_directories; its default is the packages' directory.
func (l looker) dataDirs() []string {
	text, _ := os.ReadFile(l.path("/etc/cassandra/cassandra.yaml"))
	var dirs []string
	inside := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if inside {
			match := listItem.FindStringSubmatch(line)
			if match == nil {
				break
			}
			dirs = append(dirs, filepath.Clean(match[1]))
		}
		inside = inside || strings.HasPrefix(line, "data_file_directories:")
	}
	if len(dirs) == 0 {
		return []string{"/var/lib/cassandra/data"}
	}
	return dirs
}
