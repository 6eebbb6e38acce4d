package backup

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// manifestOf is a Cassandra manifest of so many files.
func manifestOf(files int) Manifest {
	m := Manifest{Node: NodeAddr{Cassandra, "homestead"}, Set: "20261122T000000Z"}
	for t := range 20 {
		m.Tables = append(m.Tables, Table{Database: "homestead", Name: fmt.Sprint("table", t), ID: "70704940-e80a-11f1-a5f6-11bae36c8043", Type: "table", Bytes: 1 << 30})
	}
	for i := range files {
		m.Files = append(m.Files, File{
			Root:     "/var/lib/cassandra/data",
			Path:     fmt.Sprintf("homestead/sip_digests-70704940e80a11f1a5f611bae36c8043/snapshots/cwb-20261122T000000Z-homestead/nb-%d-big-Statistics.db", i),
			Database: "homestead", Table: "sip_digests", Bytes: int64(i) * 1000, Device: 2049, Inode: uint64(i) + 1<<20,
			SHA256: fmt.Sprintf("%064x", i), Modified: 1763769600123456789, Hashed: time.Date(2026, 11, 22, 0, 0, 0, 123456789, time.UTC),
		})
	}
	return m
}

func BenchmarkDecodeManifest(b *testing.B) {
	benchmarkReading(b, func(data []byte) error {
		_, err := Decode[Manifest](data)
		return err
	})
}

func BenchmarkReadManifest(b *testing.B) {
	benchmarkReading(b, func(data []byte) error {
		_, err := ReadManifest(bytes.NewReader(data), func(File) error { return nil })
		return err
	})
}

func benchmarkReading(b *testing.B, read func([]byte) error) {
	data, err := Encode(manifestOf(20_000))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		if err := read(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteManifest(b *testing.B) {
	m := manifestOf(20_000)
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		if err := WriteManifest(io.Discard, m, slices.Values(m.Files)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadOutline(b *testing.B) {
	benchmarkReading(b, func(data []byte) error {
		_, err := ReadOutline(bytes.NewReader(data))
		return err
	})
}
