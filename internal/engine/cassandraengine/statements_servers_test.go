//go:build servers

package cassandraengine

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"testing"
)

// noLonger are options that 3.x had and later versions refuse; their columns are still there.
var noLonger = regexp.MustCompile(`\n    AND (dclocal_)?read_repair_chance = [0-9.]+`)

// The statements that are built for 3.x make the same schema again. No 3.x runs here, so they
// are built from a newer server's tables, which have the same form, and replayed there.
func TestRealBuiltStatements(t *testing.T) {
	r := newReal(t, "Built")
	torture(r)
	want := readAs(t, r, 5)
	built := readAs(t, r, 3)
	var cql string
	for _, st := range built.Statements {
		cql += noLonger.ReplaceAllString(st.CQL, "") + "\n"
	}
	r.exec(`DROP KEYSPACE "Built"`)
	r.replay(cql)
	got := readAs(t, r, 5)
	for i := range want.Tables { // a view gets a new id
		if want.Tables[i].View && i < len(got.Tables) {
			want.Tables[i].ID = got.Tables[i].ID
		}
	}
	wantText, err := json.MarshalIndent(want.Tables, "", " ")
	gotText, err2 := json.MarshalIndent(got.Tables, "", " ")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if string(gotText) != string(wantText) {
		t.Errorf("after\n%s\nthe tables are\n%s\nnot\n%s", cql, gotText, wantText)
	}
}

// readAs reads the keyspace as from a server of that version.
func readAs(t *testing.T, r *real, version int) keyspaceSchema {
	t.Helper()
	s, err := r.engine.connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	c := s.(*cqlServer)
	c.version = version
	k, err := c.schema(t.Context(), r.keyspace)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
