//go:build servers

package mysqlengine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cwb/executor"
)

// BenchmarkRestore reports how long a restore into a server without the database lasts,
// counts and exchange included, beside the stock client with mariadb-dump's text, and beside
// the restore of that text as a foreign dump: medians of alternating runs, as ratios.
func BenchmarkRestore(b *testing.B) {
	scale := max(1, int(atoi(os.Getenv("CWB_BENCH_SCALE"))))
	bed := newBed(b, "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M")
	bed.run(strings.NewReplacer("600000", fmt.Sprint(600000*scale), "100000", fmt.Sprint(100000*scale), "50000;", fmt.Sprint(50000*scale)+";").Replace(benchData))
	bed.run("USE bench; ALTER TABLE numbers ADD UNIQUE KEY (number), ADD KEY (owner); ALTER TABLE users ADD KEY (email)")
	content, dir := bed.mustTake("bench")
	dump := filepath.Join(b.TempDir(), "dump.sql")
	if err := os.WriteFile(dump, bed.dump("--single-transaction", "bench"), 0o600); err != nil {
		b.Fatal(err)
	}
	e := bed.engine(bed.node("bench"))
	runs := 0
	kinds := map[string]func() error{
		"client": func() error { return bed.loadWithClient(dump) },
		"restore": func() error {
			runs++
			return bed.restoreOnce(e, bed.order(content, dir, fmt.Sprintf("20261123T%06dZ", runs)))
		},
		"dump": func() error {
			runs++
			o := bed.dumpOrder(nil, "x.sql", fmt.Sprintf("20261123T%06dZ", runs))
			o.Source.Foreign.Path = dump
			return bed.restoreOnce(e, o)
		},
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		for range 3 {
			for name, run := range kinds {
				bed.exec("DROP DATABASE IF EXISTS bench")
				began := time.Now()
				if err := run(); err != nil {
					b.Fatalf("%s: %v", name, err)
				}
				took[name] = append(took[name], time.Since(began))
			}
		}
	}
	median := func(name string) float64 { slices.Sort(took[name]); return took[name][len(took[name])/2].Seconds() }
	for name := range kinds {
		b.ReportMetric(median(name)/median("client"), name+"/client")
	}
	b.Logf("of %d MB: %v", content.Totals.Bytes>>20, took)
}

func (b *bed) restoreOnce(e *Engine, o executor.RestoreOrder) error {
	for _, phase := range []executor.RestorePhase{executor.PhaseLoad, executor.PhaseSwap} {
		if err := e.Restore(b.t.Context(), phase, o, nil); err != nil {
			return err
		}
	}
	return nil
}

// loadWithClient is mariadb < dump.sql.
func (b *bed) loadWithClient(dump string) error {
	b.exec("CREATE DATABASE bench CHARACTER SET utf8mb4")
	in, err := os.Open(dump)
	if err != nil {
		return err
	}
	defer in.Close()
	cmd := exec.Command("mariadb", "--defaults-file="+b.DefaultsFile, "bench")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.Stdin = in
	return cmd.Run()
}
