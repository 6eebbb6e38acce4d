package memengine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"cwb/executor"
	"cwb/internal/backup"
)

// encode writes rows in one canonical form.
func encode(rows map[string]string) []byte {
	data, err := json.Marshal(rows) // keys come sorted
	if err != nil {
		panic(err) // text has a JSON form
	}
	return data
}

// Read returns what a backup holds: "table/key" → row, as [Server.Content] does.
func (e *Engine) Read(dir executor.Dir, m backup.Manifest) (map[string]string, error) {
	flat := map[string]string{}
	for _, f := range m.Files {
		if f.Table == "" {
			continue
		}
		rows, err := e.rows(dir, f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Path, err)
		}
		for key, row := range rows {
			flat[f.Table+"/"+key] = row
		}
	}
	return flat, nil
}

func (e *Engine) rows(dir executor.Dir, f backup.File) (map[string]string, error) {
	data, err := e.bytes(dir, f)
	rows := map[string]string{}
	if err == nil {
		err = json.Unmarshal(data, &rows)
	}
	return rows, err
}

func (e *Engine) bytes(dir executor.Dir, f backup.File) ([]byte, error) {
	if f.Root != "" {
		return e.Outside.ReadFile(f.Root, f.Path)
	}
	r, err := dir.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Export implements executor.Exporter: all rows as one JSON object.
func (e *Engine) Export(ctx context.Context, dir executor.Dir, m backup.Manifest, _ executor.Selection, w io.Writer) error {
	all := map[string]string{}
	rows, err := e.Read(dir, m)
	if err != nil {
		return err
	}
	maps.Copy(all, rows)
	_, err = io.Copy(w, bytes.NewReader(encode(all)))
	return err
}
