//go:build servers

package cassandraengine

import "testing"

func TestRealThread(t *testing.T) {
	r := newReal(t, "thread")
	r.exec(`CREATE TABLE thread.simservs (user text PRIMARY KEY, value text) WITH COMPACT STORAGE`,
		`CREATE TABLE thread.empty (k int PRIMARY KEY)`,
		`INSERT INTO thread.simservs (user, value) VALUES ('u', 'v')`)
	state, err := r.engine.Inspect(t.Context())
	if err != nil || state.Down != "" || len(state.Refusals) > 0 {
		t.Fatalf("inspect: %+v, %v", state, err)
	}
	if len(state.Ring) != 1 || state.Identity.HostID == "" || state.Version != "5.0.5" {
		t.Errorf("inspect: %+v", state)
	}
	k := r.take()
	if len(k.content.Tables) != 2 || k.content.Tables[0].Bytes != 0 || k.content.Tables[1].Bytes == 0 {
		t.Errorf("tables: %+v", k.content.Tables)
	}
}
