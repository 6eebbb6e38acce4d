package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata anew")

func written(t testing.TB, m Manifest) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteManifest(&out, m, slices.Values(m.Files)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readBack is a manifest with its files, read one at a time.
func readBack(r io.Reader) (Manifest, error) {
	var files []File
	m, err := ReadManifest(r, func(f File) error {
		files = append(files, f)
		return nil
	})
	if err != nil {
		return Manifest{}, err
	}
	m.Files = files
	return m, nil
}

func manifests() map[string]Manifest {
	all := map[string]Manifest{
		"awkward": awkwardManifest(), "large": manifestOf(2000), "no files": {Set: "20261122T000000Z"},
		"one": {Files: manifestOf(1).Files}, "tables none": {Tables: []Table{}, Files: manifestOf(2).Files},
		"long names": {Files: []File{{Path: strings.Repeat("<&>", 50_000)}, {Path: strings.Repeat("x", 200_000)}}},
	}
	for name, m := range all {
		m.Node = NodeAddr{Cassandra, "homer"}
		all[name] = m
	}
	return all
}

// What lies on disks stays readable, and is written as ever.
func TestWriteManifest_writes_what_it_always_wrote(t *testing.T) {
	const golden = "testdata/manifest.json"
	m := manifestOf(2)
	m.Tables = m.Tables[:1]
	m.Files = append(m.Files, File{Path: `a "<b>" & c.tsv.zst`, Database: "ellis", Table: "lines", Bytes: 7, SHA256: "ab", Rows: 3, Content: Digest{"cd", 9}})
	m.Folders = []Folder{{Root: "/r", Path: "p"}}
	got := written(t, m)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	read, err := readBack(bytes.NewReader(want))
	if diff := cmp.Diff(m, read); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestWriteManifest_is_Encode(t *testing.T) {
	for name, m := range manifests() {
		want, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(written(t, m))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestReadManifest_is_Decode(t *testing.T) {
	for name, m := range manifests() {
		data := written(t, m)
		want, err := Decode[Manifest](data)
		if err != nil {
			t.Fatal(err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		for how, r := range map[string]io.Reader{
			"at once": bytes.NewReader(data), "byte for byte": iotest.OneByteReader(bytes.NewReader(data)),
			"compact": &compact, "end told early": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			got, err := readBack(r)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s, %s: %v\n%s", name, how, err, diff)
			}
		}
	}
}

func TestReadManifest_finds_every_changed_byte_and_every_truncation(t *testing.T) {
	m := manifestOf(2)
	m.Tables = m.Tables[:1]
	data := written(t, m)
	want, err := readBack(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	judge := func(what string, at int, changed []byte) {
		got, err := readBack(bytes.NewReader(changed))
		if err == nil && !cmp.Equal(want, got) {
			t.Fatalf("%s at %d changed the content unseen", what, at)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
			t.Fatalf("%s at %d: %v is neither ErrDamaged nor ErrNewer", what, at, err)
		}
	}
	for i := range data {
		for _, bit := range []byte{1, 4, 32} {
			changed := bytes.Clone(data)
			changed[i] ^= bit
			judge("a change", i, changed)
		}
	}
	for n := range len(bytes.TrimSpace(data)) {
		if _, err := readBack(bytes.NewReader(data[:n])); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

func TestReadManifest_refuses_a_newer_format_whatever_its_files_are(t *testing.T) {
	for _, text := range []string{`{"files": [7], "format_version": 2}`, `{"files": [{"bytes": "x"}], "format_version": 2}`, `{"format_version": 2}`} {
		if _, err := readBack(strings.NewReader(text)); !errors.Is(err, ErrNewer) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// One key twice could be read in two ways, whatever digest is put on it.
func TestReadManifest_refuses_keys_that_are_not_in_order(t *testing.T) {
	for _, rest := range []string{
		`"files":[],"files":[{"path":"x","bytes":1,"sha256":""}],"format_version":1,"node":"mysql.ellis","set":"20261122T000000Z","tables":null}`,
		`"files":[],"format_version":1,"set":"20261122T000000Z","node":"mysql.ellis","tables":null}`,
	} {
		sum := sha256.Sum256([]byte("{" + rest))
		if m, err := readBack(strings.NewReader(fmt.Sprintf(`{"digest":"%x",%s`, sum, rest))); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %+v, %v", rest, m, err)
		}
	}
}

// Values are read whole wherever they lie in what is read at once.
func TestWindow_takes_values_across_its_border(t *testing.T) {
	for pad := windowSize - 12; pad <= windowSize; pad++ {
		w := window{r: strings.NewReader(`"` + strings.Repeat("x", pad) + `" 123456 {"a": [7]} 89`)}
		var got []string
		for !w.ended() {
			value, ok := w.value(maxEntry)
			if !ok {
				t.Fatalf("%d: after %q comes nothing", pad, got)
			}
			got = append(got, string(value))
		}
		if diff := cmp.Diff([]string{"123456", `{"a": [7]}`, "89"}, got[1:]); diff != "" || len(got[0]) != pad+2 {
			t.Errorf("%d: %s", pad, diff)
		}
	}
}

func TestReadManifest_ends_with_the_errors_of_others(t *testing.T) {
	data := written(t, manifestOf(1000))
	enough, broken := errors.New("enough"), errors.New("the disk is broken")
	count := 0
	_, err := ReadManifest(bytes.NewReader(data), func(File) error {
		if count++; count == 10 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || count != 10 {
		t.Errorf("%v after %d files", err, count)
	}
	_, err = readBack(io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
		t.Errorf("err = %v", err)
	}
	for name, w := range map[string]io.Writer{"at once": &full{0}, "later": &full{100_000}} {
		if err := WriteManifest(w, Manifest{}, slices.Values(manifestOf(1000).Files)); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// full is a disk with so much room.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.room {
		return f.room, io.ErrShortWrite
	}
	f.room -= len(p)
	return len(p), nil
}

// A manifest of 100,000 files passes through without being held: neither the file, which has
// 50 MB, nor what it says.
func TestManifestsPassThrough(t *testing.T) {
	const files, limit = 100_000, 8 << 20
	one := manifestOf(1)
	var most uint64
	many := iter.Seq[File](func(yield func(File) bool) {
		for n := range files {
			if n%10_000 == 0 {
				most = max(most, live())
			}
			f := one.Files[0]
			f.Inode = uint64(n)
			if !yield(f) {
				return
			}
		}
	})
	before := live()
	in, out := io.Pipe()
	go func() { out.CloseWithError(WriteManifest(out, one, many)) }()
	count := 0
	if _, err := ReadManifest(in, func(File) error { count++; return nil }); err != nil || count != files {
		t.Fatalf("%d files, %v", count, err)
	}
	if most > before+limit {
		t.Errorf("%d bytes were live at once, more than %d", most-before, limit)
	}
}

// live is how many bytes are in use after a collection.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// FuzzReadManifest holds the reader of streams to the one of whole records: what it takes, the
// other takes too, and says the same.
func FuzzReadManifest(f *testing.F) {
	for name, m := range manifests() {
		if name != "long names" && name != "large" {
			f.Add(written(f, m))
		}
	}
	f.Add([]byte(`{"digest":"","files":[{"path":7},],"format_version":1}`))
	f.Add([]byte(`{"files":[{`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readBack(iotest.HalfReader(bytes.NewReader(data)))
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("%v is neither ErrDamaged nor ErrNewer", err)
			}
			return
		}
		want, err := Decode[Manifest](data)
		if len(want.Files) == 0 {
			want.Files = nil
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}
