//go:build servers

package mysqlengine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// benchData fills a database like an Ellis with much around it: of two million rows of
// numbers, users and documents, half where scale is 1.
const benchData = `
SET NAMES utf8mb4;
CREATE DATABASE bench CHARACTER SET utf8mb4;
USE bench;
CREATE TABLE numbers (id BINARY(16) PRIMARY KEY, number VARCHAR(128) NOT NULL, owner VARBINARY(36), d DECIMAL(12,4), t TEXT, c TINYINT, ts DATETIME);
CREATE TABLE users (user_id VARBINARY(36) PRIMARY KEY, password CHAR(64), full_name VARCHAR(36), email VARCHAR(64), n INT, f DOUBLE);
CREATE TABLE simservs (impu VARCHAR(100) PRIMARY KEY, xml TEXT, b BLOB, j JSON);
INSERT INTO numbers SELECT UNHEX(MD5(seq)), CONCAT('sip:65', 50000000 + seq, '@example.com'), IF(seq % 3, MD5(seq * 7), NULL), seq / 7, CONCAT('line\t', seq, '\nemoji 😀 ', REPEAT('x', seq % 40)), seq % 2, '2020-01-01' + INTERVAL seq SECOND FROM seq_1_to_600000;
INSERT INTO users SELECT MD5(seq), LEFT(CONCAT('$2a$10$', SHA1(seq), MD5(seq)), 60), CONCAT('User ', seq), CONCAT('u', seq, '@example.com'), seq, RAND(seq) FROM seq_1_to_100000;
INSERT INTO simservs SELECT CONCAT('sip:', seq, '@example.com'), REPEAT(CONCAT('<simservs xmlns="http://uri.etsi.org"><a active="true">', seq, '</a></simservs>'), 25), UNHEX(REPEAT(SHA2(RAND(seq), 256), 9)), CONCAT('{"a": ', seq, ', "b": "', MD5(seq), '"}') FROM seq_1_to_50000;
ANALYZE TABLE numbers, users, simservs;
`

// BenchmarkTake reports how long a take lasts beside mariadb-dump --single-transaction |
// zstd -3 on the same data: medians of five alternating runs. CWB_BENCH_SCALE=2 doubles the
// 215 MB.
func BenchmarkTake(b *testing.B) {
	scale := max(1, int(atoi(os.Getenv("CWB_BENCH_SCALE"))))
	bed := newBed(b, "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M")
	bed.run(strings.NewReplacer("600000", fmt.Sprint(600000*scale), "100000", fmt.Sprint(100000*scale), "50000;", fmt.Sprint(50000*scale)+";").Replace(benchData))
	kinds := map[string]func(dir testDir) error{"dump": func(dir testDir) error {
		pipe := fmt.Sprintf("mariadb-dump --defaults-file=%q --single-transaction --hex-blob bench | zstd -3 -q > %q/dump.zst", bed.DefaultsFile, string(dir))
		cmd := exec.Command("bash", "-o", "pipefail", "-c", pipe)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		return cmd.Run()
	}}
	for name, o := range map[string]Options{"take": {}, "one_connection": {Connections: 1}, "driver_rows": {DriverRows: true}} {
		o.MachineID = bed.machineID
		kinds[name] = func(dir testDir) error {
			_, _, err := takeInto(context.Background(), New(bed.node("bench"), o), dir)
			return err
		}
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		for range 5 {
			for name, run := range kinds {
				took[name] = append(took[name], timed(b, run))
			}
		}
	}
	for name, times := range took {
		slices.Sort(times)
		slices.Sort(took["dump"])
		b.ReportMetric(float64(times[len(times)/2])/float64(took["dump"][len(times)/2]), name+"/dump")
	}
}

func timed(b *testing.B, run func(dir testDir) error) time.Duration {
	b.Helper()
	dir := newTestDir(b)
	defer os.RemoveAll(string(dir))
	began := time.Now()
	if err := run(dir); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}
