package view

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.schema.json
var schemaFiles embed.FS

// Schemas are the JSON schemas that all JSON output holds to: plan.schema.json for cwb plan
// --json and cwb show --json, and so on by verb; error.schema.json for errors of any verb;
// event.schema.json and log.schema.json for one line of a stream.
func Schemas() fs.FS {
	dir, err := fs.Sub(schemaFiles, "schema")
	if err != nil {
		panic(err) // the directory is compiled in
	}
	return dir
}
