package cassandraengine

import "testing"

func TestNewerVersion(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"5.0.5", "4.1.9", true}, {"4.1.9", "4.1.3", false}, {"4.0.1", "4.1.0", false}, {"3.11.4", "3.0.9", true}, {"5.1-alpha1", "5.0.5", true}, {"", "4.1", false}} {
		if got := newerVersion(c.a, c.b); got != c.want {
			t.Errorf("%q newer than %q: %t", c.a, c.b, got)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct{ file, server, tooNew, tooOld string }{
		{"nb-1-big-Data.db", "5.0.5", "", ""}, {"nb-1-big-Data.db", "4.1.9", "", ""}, {"oa-1-big-Data.db", "4.1.9", "oa", ""},
		{"da-3g8e_0x5t_0n9xs2v1k5x9a1xqba-bti-Data.db", "5.0.5", "", ""}, {"homer-simservs-ka-1-Data.db", "5.0.5", "", "ka"},
		{"homer-simservs-ka-1-Data.db", "2.1.15", "", ""}, {"nb-1-big-Data.db", "3.11.4", "nb", ""}, {"zz-1-big-Data.db", "5.0.5", "zz", ""},
	} {
		tooNew, tooOld := unreadable([]found{{name: c.file}}, c.server)
		if tooNew != c.tooNew || tooOld != c.tooOld {
			t.Errorf("%s on %s: new %q, old %q", c.file, c.server, tooNew, tooOld)
		}
	}
}
