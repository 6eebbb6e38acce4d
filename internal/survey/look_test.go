package survey

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cwb/config"
)

func TestLook_finds_what_a_clearwater_machine_has(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{
		"run/mysqld", "var/lib/mysql/ellis", "var/lib/mysql/mysql", "usr/share/clearwater/ellis/backup/backups",
		"srv/cass/homestead/sip_digests-0123", "srv/cass/system", "etc/cassandra",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	yaml := "cluster_name: x\ndata_file_directories:\n  - /srv/cass # big disk\ncommitlog_directory: /c\n"
	if err := os.WriteFile(filepath.Join(root, "etc/cassandra/cassandra.yaml"), []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(root, "run/mysqld")) // a socket's path must be short
	socket, err := net.Listen("unix", "mysqld.sock")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	m := Look(root, "ellis-1")
	if m.MySQL == nil || m.MySQL.Socket != "/run/mysqld/mysqld.sock" || !slices.Equal(m.MySQL.Databases, []string{"ellis"}) {
		t.Errorf("MySQL = %+v", m.MySQL)
	}
	if m.Cassandra == nil || !slices.Equal(m.Cassandra.DataDirs, []string{"/srv/cass"}) || !slices.Equal(m.Cassandra.Keyspaces, []string{"homestead"}) {
		t.Errorf("Cassandra = %+v", m.Cassandra)
	}
	valid(t, m)
}

func TestPolicy_is_valid_when_nothing_was_found(t *testing.T) {
	valid(t, Look(t.TempDir(), "bare\x1b[31mhost"))
}

func TestPolicy_escapes_what_was_found(t *testing.T) {
	m := Machine{Host: "h", Cassandra: &Cassandra{DataDirs: []string{"/data/${var.x}"}, Keyspaces: []string{"homer", "memento"}}}
	policy := valid(t, m)
	if got := policy.Nodes[0].Cassandra.DataDirs; !slices.Equal(got, []string{"/data/${var.x}"}) {
		t.Errorf("data_dirs = %q", got)
	}
	if policy.Nodes[0].Addr.Name != "vellum" {
		t.Errorf("a node of several roles is named %q", policy.Nodes[0].Addr.Name)
	}
}

// valid fails unless the machine's policy loads without errors.
func valid(t *testing.T, m Machine) *config.Policy {
	t.Helper()
	text := m.Policy()
	if strings.ContainsRune(text, '\x1b') {
		t.Error("the policy holds a control character")
	}
	path := filepath.Join(t.TempDir(), "cwb.hcl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	policy, diags := config.Load(path, config.Options{Version: "0.1.0"})
	if diags.HasErrors() {
		t.Fatalf("not valid: %+v\n%s", diags, text)
	}
	return policy
}
