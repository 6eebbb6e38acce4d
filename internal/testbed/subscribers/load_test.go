//go:build servers

package subscribers_test

import (
	"testing"

	"cwb/internal/testbed"
	"cwb/internal/testbed/subscribers"
)

const owned, free = 500, 20

func TestLoadEllis(t *testing.T) {
	lines := subscribers.Generate(subscribers.Options{Owned: owned, Free: free, Seed: 1})
	ellis := testbed.MariaDBForTest(t, testbed.MariaDBOptions{})
	db, err := ellis.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := subscribers.LoadEllis(t.Context(), db, lines); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"SELECT COUNT(*) FROM ellis.users":                                          owned,
		"SELECT COUNT(*) FROM ellis.numbers":                                        owned + free,
		"SELECT COUNT(*) FROM ellis.numbers JOIN ellis.users ON owner_id = user_id": owned,
	} {
		var got int
		if err := db.QueryRow(query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", query, got, err, want)
		}
	}
	var name string
	if err := db.QueryRow("SELECT full_name FROM ellis.users WHERE user_id = ?", lines[7].Owner.UserID).Scan(&name); err != nil || name != lines[7].Owner.FullName {
		t.Errorf("name %q, %v; want %q", name, err, lines[7].Owner.FullName)
	}
}

func TestLoadHomesteadAndHomer(t *testing.T) {
	lines := subscribers.Generate(subscribers.Options{Owned: owned, Free: free, Seed: 1})
	server := testbed.CassandraForTest(t, testbed.CassandraOptions{})
	session, err := server.Session("")
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if err := subscribers.LoadHomestead(t.Context(), session, 1, lines); err != nil {
		t.Fatal(err)
	}
	if err := subscribers.LoadHomer(t.Context(), session, 1, lines); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"homestead.sip_digests", "homestead.filter_criteria", "homer.simservs"} {
		var got int
		if err := session.Query("SELECT COUNT(*) FROM " + table).Scan(&got); err != nil || got != owned {
			t.Errorf("rows of %s: %d, %v; want %d", table, got, err, owned)
		}
	}
}
