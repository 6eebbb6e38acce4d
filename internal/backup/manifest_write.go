package backup

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
)

// WriteManifest writes byte for byte what [Encode] makes of m with these files, with the
// memory of one file. It goes through the files twice, since the digest stands first: both
// times they must be the same.
func WriteManifest(w io.Writer, m Manifest, files iter.Seq[File]) error {
	out, err := newManifestWriter(m, files)
	if err == nil {
		err = out.seal()
	}
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	return out.write(w)
}

// manifestWriter has a manifest in parts: fields holds all but the files.
type manifestWriter struct {
	fields   map[string]json.RawMessage
	files    iter.Seq[File]
	indented bytes.Buffer
}

func newManifestWriter(m Manifest, files iter.Seq[File]) (*manifestWriter, error) {
	m.Files = nil
	plain, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	out := &manifestWriter{fields: map[string]json.RawMessage{}, files: files}
	err = json.Unmarshal(plain, &out.fields)
	out.fields["format_version"] = json.RawMessage(fmt.Sprint(FormatVersion))
	return out, err
}

// seal puts in the digest, as [digestOf] has it.
func (m *manifestWriter) seal() error {
	c := newCanonical()
	separator := byte('{')
	for _, name := range slices.Sorted(maps.Keys(m.fields)) {
		c.key(&separator, name)
		if name != "files" {
			c.compact(m.fields[name])
		} else if err := m.sealFiles(c); err != nil {
			return err
		}
	}
	c.end(separator)
	m.fields["digest"] = json.RawMessage(`"` + c.digest() + `"`)
	return nil
}

func (m *manifestWriter) sealFiles(c *canonical) error {
	before, after := "[", "null"
	for f := range m.files {
		plain, err := json.Marshal(f)
		if err != nil {
			return err
		}
		c.put([]byte(before)...)
		c.put(plain...)
		before, after = ",", "]"
	}
	c.put([]byte(after)...)
	return nil
}

func (m *manifestWriter) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, windowSize) // it keeps its first error, which Flush tells
	before := "{\n"
	for _, name := range slices.Sorted(maps.Keys(m.fields)) {
		fmt.Fprintf(out, "%s  %q: ", before, name)
		before = ",\n"
		var err error
		if name == "files" {
			err = m.writeFiles(out)
		} else {
			err = m.indent(out, m.fields[name], "  ")
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprint(out, "\n}\n")
	return out.Flush()
}

func (m *manifestWriter) writeFiles(out io.Writer) error {
	before, after := "[\n    ", "null"
	for f := range m.files {
		plain, err := json.Marshal(f)
		if err != nil {
			return err
		}
		fmt.Fprint(out, before)
		if err := m.indent(out, plain, "    "); err != nil {
			return err
		}
		before, after = ",\n    ", "\n  ]"
	}
	_, err := fmt.Fprint(out, after)
	return err
}

// indent writes a value as [json.MarshalIndent] does inside of others.
func (m *manifestWriter) indent(out io.Writer, value []byte, prefix string) error {
	m.indented.Reset()
	if err := json.Indent(&m.indented, value, prefix, "  "); err != nil {
		return err
	}
	_, err := out.Write(m.indented.Bytes())
	return err
}
