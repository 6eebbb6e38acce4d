package memengine_test

import (
	"fmt"
	"strings"
	"testing"

	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/enginetest"
	"cwb/internal/memengine"
)

func TestConformanceTheMySQLWay(t *testing.T) {
	enginetest.Run(t, harness(t, backup.NodeAddr{Kind: backup.MySQL, Name: "ellis"}))
}

func TestConformanceTheCassandraWay(t *testing.T) {
	enginetest.Run(t, harness(t, backup.NodeAddr{Kind: backup.Cassandra, Name: "homer"}))
}

func harness(t *testing.T, addr backup.NodeAddr) enginetest.Harness {
	server := memengine.NewServer(backup.Identity{Machine: "m1", HostID: "h1"})
	dir := t.TempDir()
	engine := func() *memengine.Engine {
		return memengine.New(memengine.Config{Node: addr, Server: server, DataDir: dir})
	}
	h := enginetest.Harness{
		Node:   addr,
		Engine: func(*testing.T) executor.Engine { return engine() },
		Write:  func(_ *testing.T, rows map[string]string) { server.Write("lines", rows) },
		Content: func(t *testing.T, d executor.Dir, m backup.Manifest) map[string]string {
			flat, err := engine().Read(d, m)
			if err != nil {
				t.Fatal(err)
			}
			rows := map[string]string{}
			for name, row := range flat {
				rows[strings.TrimPrefix(name, "lines/")] = row
			}
			return rows
		},
	}
	planted := 0
	h.Plant = func(t *testing.T) string {
		planted++
		name := fmt.Sprintf("dump-%d.sql", planted)
		server.PlantDump(backup.Foreign{Node: addr, Name: name, Kind: backup.ForeignDump, Restorable: true})
		return name
	}
	if addr.Kind != backup.Cassandra {
		return h
	}
	h.Snapshots = func(t *testing.T) []string {
		tags, err := engine().Tags()
		if err != nil {
			t.Fatal(err)
		}
		return tags
	}
	h.Plant = func(t *testing.T) string {
		planted++
		tag := fmt.Sprintf("by-hand-%d", planted)
		name := memengine.Database + "/lines/snapshots/" + tag + "/rows.db"
		if err := (memengine.Machine{}).WriteFile(dir, name, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		return tag
	}
	return h
}
