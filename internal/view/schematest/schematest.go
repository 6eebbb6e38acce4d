// Package schematest holds JSON output to its published schema. Only tests import it, so
// that no validator becomes part of cwb. Start at [Check].
//
// The published schemas let through fields that they do not name, since fields may be added
// between releases. Here they do not: a field that cwb writes stands in its schema.
package schematest

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"cwb/internal/view"
)

// Check holds every JSON value of data to the schema of that name, such as "plan"; data has
// at least one.
func Check(name string, data []byte) error {
	schema, err := compile(name)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fmt.Errorf("there is no JSON at all")
	}
	for n, line := range values(name, data) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			return fmt.Errorf("value %d: %w", n+1, err)
		}
		if err := schema.Validate(value); err != nil {
			return fmt.Errorf("value %d, %s: %w", n+1, line, err)
		}
	}
	return nil
}

// values splits a stream into its lines, each an object; other output is one object.
func values(name string, data []byte) [][]byte {
	if name != "event" && name != "log" {
		return [][]byte{data}
	}
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

// compile reads all schemas, as strict as they can be, and compiles one.
func compile(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	files, err := fs.Glob(view.Schemas(), "*.schema.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		doc, err := read(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if err := c.AddResource("cwb:///"+file, strict(doc)); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return c.Compile("cwb:///" + name + ".schema.json")
}

func read(file string) (any, error) {
	f, err := view.Schemas().Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
}

// strict closes every object that names properties, and requires nothing more.
func strict(node any) any {
	switch node := node.(type) {
	case []any:
		for i := range node {
			node[i] = strict(node[i])
		}
	case map[string]any:
		for key, value := range node {
			node[key] = strict(value)
		}
		_, names := node["properties"].(map[string]any)
		_, says := node["additionalProperties"]
		if names && !says {
			node["additionalProperties"] = false
		}
	}
	return node
}
