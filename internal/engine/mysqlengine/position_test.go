package mysqlengine

import (
	"maps"
	"strings"
	"testing"
)

// TestPositionOfAGaleraNode answers as the documentation says that a node does. No real
// cluster runs here: https://mariadb.com/kb/en/galera-cluster-status-variables/
func TestPositionOfAGaleraNode(t *testing.T) {
	const uuid = "d38587ce-246c-11e5-bcce-6bbd0831cc0f"
	status := func(committed string) reply {
		r := reply{Ask: `SHOW GLOBAL STATUS LIKE 'wsrep\_%'`, Columns: []string{"Variable_name", "Value"}}
		for _, row := range [][2]string{{"wsrep_local_state_uuid", uuid}, {"wsrep_cluster_state_uuid", uuid}, {"wsrep_last_committed", committed}, {"wsrep_ready", "ON"}} {
			r.Rows = append(r.Rows, []*string{&row[0], &row[1]})
		}
		return r
	}
	for name, c := range map[string]struct {
		after string
		want  map[string]string
	}{
		"still":  {"17", map[string]string{"wsrep_last_committed": "17"}},
		"moving": {"18", map[string]string{"wsrep_last_committed_before": "17", "wsrep_last_committed_after": "18"}},
	} {
		t.Run(name, func(t *testing.T) {
			replies := readTake(t)
			for i := range replies {
				if replies[i].Ask == "SELECT @@GLOBAL.wsrep_on" {
					on := "1"
					replies[i].Rows = [][]*string{{&on}}
				}
			}
			f := newFake(t, append(replies, status("17"), status(c.after)))
			e := f.engine(Options{Connections: 4, PerConnection: 1})
			content := mustTakeFake(t, f, e)
			c.want["wsrep_local_state_uuid"], c.want["wsrep_cluster_state_uuid"] = uuid, uuid
			got := maps.Clone(content.Position)
			maps.DeleteFunc(got, func(name, _ string) bool { return !strings.HasPrefix(name, "wsrep") })
			if !maps.Equal(got, c.want) || content.Consistency != rungSnapshot {
				t.Errorf("%s, %v; want %v", content.Consistency, got, c.want)
			}
			server, err := e.Inspect(t.Context())
			if err != nil || !strings.Contains(server.ConsistencyReason, "Galera") {
				t.Errorf("%v; %q", err, server.ConsistencyReason)
			}
		})
	}
}
