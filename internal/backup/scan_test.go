package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// decodeSlowly is how records were read first: through the canonical form.
func decodeSlowly[T sealed](data []byte) (T, error) {
	var v, zero T
	fields, err := checkSeal(data)
	if err != nil {
		return zero, err
	}
	plain, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(plain, &v)
	}
	if err != nil {
		return zero, errors.Join(ErrDamaged, err)
	}
	return v, nil
}

// awkward is text that JSON, or encoding/json, spells in more than one way.
var awkward = []string{
	"", "plain", `<a href="x">&amp;</a>`, "back\\slash \\\\", "\"quotes\"", "tab\tnewline\nnul\x00", "\u2028\u2029\u2027", "ü€𝄞", "\xff\xe2\x80", "\x7f", "{[:,]}",
}

func awkwardManifest() Manifest {
	m := Manifest{Node: NodeAddr{Cassandra, "homer"}, Set: "20261122T000000Z"}
	for i, a := range awkward {
		for j, b := range awkward {
			m.Files = append(m.Files, File{Root: a, Path: b, Bytes: int64(i * j), Database: a + b})
		}
		m.Tables = append(m.Tables, Table{Database: a, Name: a})
	}
	m.Folders = []Folder{{Root: "<", Path: ">"}}
	return m
}

// Both ways of reading agree on records of every form, and on their digests.
func TestDecode_is_the_same_without_the_canonical_form(t *testing.T) {
	data, err := Encode(awkwardManifest())
	if err != nil {
		t.Fatal(err)
	}
	var compact, shuffled bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		t.Fatal(err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	shuffled.WriteString(`{"set":` + string(fields["set"]))
	for key, value := range fields {
		if key != "set" {
			shuffled.WriteString(",\n" + `"` + key + `": ` + string(value))
		}
	}
	shuffled.WriteString("}")
	for name, c := range map[string]struct {
		data []byte
		fast bool
	}{
		"as_written": {data, true}, "compact": {compact.Bytes(), true}, "shuffled": {shuffled.Bytes(), false},
		"carriage_returns": {bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n\t")), true},
	} {
		if _, fast := members(c.data); fast != c.fast && name != "shuffled" {
			t.Errorf("%s: fast = %v", name, fast)
		}
		want, err := decodeSlowly[Manifest](c.data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := Decode[Manifest](c.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestReadOutline_is_what_the_manifest_says(t *testing.T) {
	for name, m := range map[string]Manifest{
		"awkward": awkwardManifest(), "large": manifestOf(1000), "empty": {}, "no_files": {Files: []File{}},
		"paths": {Files: []File{{Path: "a"}, {Path: "b"}, {Root: "/r", Path: "b/c", Bytes: 1 << 60}, {Root: "/r", Path: "b/../d"}, {Path: "/x"}, {Path: "//"}, {Path: "b/"}}},
	} {
		m.Node = NodeAddr{Cassandra, "homer"}
		data, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadOutline(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read, err := Decode[Manifest](data)
		if err != nil {
			t.Fatal(err)
		}
		var want []File
		for _, f := range read.Files {
			want = append(want, File{Root: f.Root, Path: f.Path, Bytes: f.Bytes})
		}
		for how, o := range map[string]Outline{"read": got, "made": OutlineOf(slices.Values(read.Files))} {
			if diff := cmp.Diff(want, filesOf(o)); diff != "" {
				t.Errorf("%s, %s:\n%s", name, how, diff)
			}
		}
	}
}

func TestReadOutline_groups_by_directory(t *testing.T) {
	if o := OutlineOf(slices.Values(manifestOf(1000).Files)); len(o) != 1 || o[0].Len != 1000 {
		t.Errorf("%d shelves", len(o))
	}
}

func TestReadOutline_refuses_a_newer_format(t *testing.T) {
	if _, err := ReadOutline(strings.NewReader(`{"files": [], "format_version": 2}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("err = %v", err)
	}
}

// FuzzScan holds the readers that build nothing to encoding/json, on whatever bytes.
func FuzzScan(f *testing.F) {
	data, _ := Encode(Manifest{Files: []File{{Root: "/<r>", Path: "a/b", Bytes: 7}, {Path: "c\u2028"}}})
	f.Add(data)
	f.Add([]byte(`{"a": "\\\"", "digest": "x", "files": [{"path": 7}], "format_version": 1}`))
	f.Add([]byte(`{"files":[}`))
	f.Add([]byte(`{"files":[{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, ok := members(data)
		if ok && json.Valid(data) {
			fields := map[string]json.RawMessage{}
			if err := json.Unmarshal(data, &fields); err != nil {
				t.Fatal(err)
			}
			if got, want := digestOfMembers(all), digestOf(fields); got != want {
				t.Errorf("digest %s, want %s", got, want)
			}
		}
		_, _ = ReadOutline(bytes.NewReader(data)) // what it reads is vouched for; it shall only come to an end
	})
}

// filesOf are those of the manifest, with no more than their place and length.
func filesOf(o Outline) (files []File) {
	for _, shelf := range o {
		for item := range shelf.Items() {
			files = append(files, shelf.File(item))
		}
	}
	return files
}
