package memengine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cwb/executor"
	"cwb/internal/backup"
)

var _ executor.Adopter = (*Engine)(nil)

// adoptedTime is when every foreign snapshot was made.
func adoptedTime() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// Prove implements executor.Adopter, for snapshots.
func (e *Engine) Prove(ctx context.Context, name string, p executor.Progress) (executor.Examined, error) {
	x := executor.Examined{At: adoptedTime()}
	err := e.do(ctx, OpExamine, func() (err error) {
		x.Content, err = e.examine(name)
		return err
	})
	for _, table := range x.Content.Tables {
		x.Folders = append(x.Folders, backup.Folder{Root: e.DataDir, Path: Database + "/" + table.Name + "/snapshots/" + name})
	}
	p(1, 1)
	return x, err
}

func (e *Engine) examine(name string) (executor.Content, error) {
	c := listed{Content: executor.Content{Server: backup.Server{Product: e.product(), Version: "1.0"}, Identity: e.Server.Identity(), Consistency: "snapshot"}}
	files, err := e.Outside.List(e.DataDir)
	if err != nil {
		return executor.Content{}, err
	}
	tables := map[string]bool{}
	for _, file := range files {
		if tag, ok := tagOf(file); !ok || tag != name {
			continue
		}
		data, err := e.Outside.ReadFile(e.DataDir, file)
		if err != nil {
			return executor.Content{}, err
		}
		table := strings.Split(file, "/")[1]
		tables[table] = true
		c.list(backup.File{Root: e.DataDir, Path: file, Database: Database, Table: table}, data, 0)
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.Tables = append(c.Tables, backup.Table{Database: Database, Name: table, Type: "table"})
	}
	if len(c.files) == 0 {
		return executor.Content{}, fmt.Errorf("%w: there is no snapshot %q", executor.ErrRefused, name)
	}
	return c.content(), nil
}
