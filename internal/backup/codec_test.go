package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample() Record {
	return Record{
		Deployment: "site1", Node: NodeAddr{MySQL, "ellis"}, Block: "subscribers", Set: "20261122T000000Z",
		Purpose: ForPolicy, Members: []NodeAddr{{MySQL, "ellis"}, {Cassandra, "homer"}},
		Identity: Identity{Machine: "m", DataDir: "/var/lib/mysql"}, Server: Server{"MariaDB", "10.11.19"},
		Began: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Position: map[string]string{"file": "<bin>&1"},
		Totals: Totals{Tables: 2, Rows: 1 << 60}, Manifest: Digest{SHA256: "ab", Bytes: 3},
	}
}

func TestDecode_gives_back_what_was_encoded(t *testing.T) {
	data, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode[Record](data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
}

func TestDecode_finds_every_changed_byte(t *testing.T) {
	data, err := Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := Decode[Record](data)
	for i := range data {
		for _, bit := range []byte{1, 4, 32} {
			changed := bytes.Clone(data)
			changed[i] ^= bit
			got, err := Decode[Record](changed)
			// Space between tokens carries no meaning, so a change there may pass; then the content is the same.
			if err == nil && !cmp.Equal(want, got) {
				t.Fatalf("byte %d (%q -> %q) changed the content unseen", i, data[i], changed[i])
			}
			if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Fatalf("byte %d: %v is neither ErrDamaged nor ErrNewer", i, err)
			}
		}
	}
}

func TestDecode_refuses_every_truncation(t *testing.T) {
	data, _ := Encode(sample())
	for n := range len(bytes.TrimSpace(data)) {
		if _, err := Decode[Record](data[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

func TestDecode_refuses_a_newer_format_before_its_digest(t *testing.T) {
	_, err := Decode[Record]([]byte(`{"format_version": 2, "anything": "new"}`))
	if !errors.Is(err, ErrNewer) {
		t.Errorf("err = %v", err)
	}
}

func TestDecode_ignores_fields_of_the_same_version_that_it_does_not_know(t *testing.T) {
	data, _ := Encode(sample())
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	fields["later"] = json.RawMessage(`{"x":1}`)
	fields["digest"] = json.RawMessage(`"` + digestOf(fields) + `"`)
	grown, _ := json.Marshal(fields)
	if _, err := Decode[Record](grown); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	data, _ := Encode(sample())
	f.Add(data)
	f.Add([]byte(`{"format_version":1,"digest":""}`))
	f.Add([]byte(strings.Repeat("[", 100000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Decode[Record](data); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
			t.Errorf("%v is neither ErrDamaged nor ErrNewer", err)
		}
	})
}

func TestParseSetID_accepts_only_its_own_spelling(t *testing.T) {
	for _, bad := range []string{"", "latest", "20261122T000000", "20261122t000000z", "20261322T000000Z", "20261122T240000Z", "20261122T000000Z/..", " 20261122T000000Z", "20261122T000000.5Z"} {
		if id, err := ParseSetID(bad); err == nil {
			t.Errorf("%q became %q", bad, id)
		}
	}
	id, err := ParseSetID("20261231T235959Z")
	if err != nil || id.Next() != "20270101T000000Z" {
		t.Errorf("%v, %v", id.Next(), err)
	}
}

func TestParseNodeAddr(t *testing.T) {
	for _, good := range []string{"mysql.ellis", "node.mysql.ellis"} {
		if a, err := ParseNodeAddr(good); err != nil || a != (NodeAddr{MySQL, "ellis"}) {
			t.Errorf("%q: %v, %v", good, a, err)
		}
	}
	for _, bad := range []string{"", "ellis", "oracle.ellis", "mysql.", "mysql.Ellis", "mysql.latest", "mysql.a/b", "mysql.-x", "mysql.a.b", "mysql." + strings.Repeat("a", 33)} {
		if a, err := ParseNodeAddr(bad); err == nil {
			t.Errorf("%q became %v", bad, a)
		}
	}
}
