//go:build servers

package mysqlengine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// TestTakeAgainstDump prints how long a take of a database lasts, compared with
// mariadb-dump --single-transaction | zstd -3, alternating. It runs only when asked to:
// CWB_BENCH_SOCKET and CWB_BENCH_DATABASE name a server with something to read.
func TestTakeAgainstDump(t *testing.T) {
	socket, database := os.Getenv("CWB_BENCH_SOCKET"), os.Getenv("CWB_BENCH_DATABASE")
	if socket == "" {
		t.Skip("no CWB_BENCH_SOCKET")
	}
	node := config.Node{
		Addr:  backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"},
		MySQL: &config.MySQL{Socket: socket, Databases: []string{database}, LockWait: 5 * time.Second},
	}
	kinds := map[string]func(dir testDir) error{
		"dump": func(dir testDir) error {
			return exec.Command("bash", "-o", "pipefail", "-c", fmt.Sprintf("env -u MYSQL_HOST mariadb-dump --no-defaults -uroot -S %q --single-transaction --hex-blob %q | zstd -3 -q > %q/dump.zst", socket, database, string(dir))).Run()
		},
	}
	for name, o := range map[string]Options{"take": {}, "take, 1 connection": {Connections: 1}, "take, driver's rows": {DriverRows: true}} {
		kinds[name] = func(dir testDir) error {
			_, _, err := takeInto(context.Background(), New(node, o), dir)
			return err
		}
	}
	times := map[string][]time.Duration{}
	for range 5 {
		for name, run := range kinds {
			dir := testDir(t.TempDir())
			began := time.Now()
			if err := run(dir); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			times[name] = append(times[name], time.Since(began))
			os.RemoveAll(string(dir))
		}
	}
	median := func(name string) time.Duration { slices.Sort(times[name]); return times[name][2] }
	for name := range kinds {
		t.Logf("%-20s %8s   %.2f × mariadb-dump | zstd -3", name, median(name).Round(time.Millisecond), float64(median(name))/float64(median("dump")))
	}
}
