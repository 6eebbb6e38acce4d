package mysqlengine

import (
	"strings"
	"testing"
)

func TestGrants(t *testing.T) {
	maria, mysql8 := parseProduct("10.11.19-MariaDB", ""), parseProduct("8.0.36", "MySQL Community Server - GPL")
	all := "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON "
	proc := "GRANT SELECT ON `mysql`.`proc` TO `u`@`h`"
	for name, c := range map[string]struct {
		product  product
		database string
		lines    []string
		missing  []string // a piece of each refusal
	}{
		"everything":             {maria, "ellis", []string{"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"}, nil},
		"on the database":        {maria, "ellis", []string{"GRANT USAGE ON *.* TO `u`@`h` IDENTIFIED BY PASSWORD '*ABC'", all + "`ellis`.* TO `u`@`h`", proc}, nil},
		"nothing":                {maria, "ellis", []string{"GRANT USAGE ON *.* TO `u`@`h`"}, []string{"SELECT, SHOW VIEW, TRIGGER, EVENT", "mysql`.`proc"}},
		"another database":       {maria, "ellis", []string{all + "`ellis2`.* TO `u`@`h`", proc}, []string{"lacks SELECT, SHOW VIEW, TRIGGER, EVENT"}},
		"tables only":            {maria, "ellis", []string{all + "`ellis`.`numbers` TO `u`@`h`", proc}, []string{"lacks SELECT"}},
		"columns only":           {maria, "ellis", []string{"GRANT SELECT (a, b), SHOW VIEW, TRIGGER, EVENT ON `ellis`.* TO `u`@`h`", proc}, []string{"lacks SELECT, so"}},
		"pattern":                {maria, "ellis", []string{all + "`ell%`.* TO `u`@`h`", proc}, nil},
		"underscore is wild":     {maria, "my_db", []string{all + "`myxdb`.* TO `u`@`h`", proc}, []string{"`my\\_db`"}},
		"escaped underscore":     {maria, "my_db", []string{all + "`my\\_db`.* TO `u`@`h`", proc}, nil},
		"exact wins":             {maria, "ellis", []string{all + "`ell%`.* TO `u`@`h`", "GRANT SELECT ON `ellis`.* TO `u`@`h`", proc}, []string{"lacks SHOW VIEW, TRIGGER, EVENT"}},
		"role adds":              {maria, "ellis", []string{"GRANT `r` TO `u`@`h`", "GRANT SELECT ON *.* TO `r`", "GRANT SHOW VIEW, TRIGGER, EVENT ON `ellis`.* TO `u`@`h`"}, nil},
		"odd names":              {maria, "a`b.c d", []string{all + "`a``b.c d`.* TO `u`@`h`", proc}, nil},
		"mysql 8":                {mysql8, "ellis", []string{all + "`ellis`.* TO `u`@`h`"}, []string{"GRANT SHOW_ROUTINE"}},
		"mysql 8 routines":       {mysql8, "ellis", []string{all + "`ellis`.* TO `u`@`h`", "GRANT SHOW_ROUTINE ON *.* TO `u`@`h`"}, nil},
		"mysql 8 revoked":        {mysql8, "ellis", []string{all + "*.* TO `u`@`h`", "REVOKE SELECT ON `ellis`.* FROM `u`@`h`"}, []string{"lacks SELECT, so"}},
		"nonsense gives nothing": {maria, "ellis", []string{"GRANT", "SELECT ON", "GRANT ON TO", "GRANT SELECT ON `ellis`.* TO", "\x00`"}, []string{"lacks SELECT", "proc"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := parseGrants("'u'@'h'", c.lines).missing([]string{c.database}, c.product, false)
			if len(got) != len(c.missing) {
				t.Fatalf("got %q; want %q", got, c.missing)
			}
			for i, want := range c.missing {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q; want %q", got[i], want)
				}
			}
		})
	}
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true}, {"%", "", true}, {"%", "x", true}, {"a%b", "axxb", true}, {"a%b", "axxc", false}, {"_", "é", true},
		{"_", "ab", false}, {`\_`, "_", true}, {`\_`, "x", false}, {`\%`, "%", true}, {"a", "", false}, {"", "a", false}, {"%%%", "abc", true}, {`a\`, `a\`, true},
	} {
		if got := like(c.pattern, c.name); got != c.want {
			t.Errorf("%q like %q: %v", c.name, c.pattern, got)
		}
	}
}

func TestProducts(t *testing.T) {
	for version, want := range map[string]struct {
		product   string
		release   [3]int
		supported bool
	}{
		"10.11.19-MariaDB-0+deb12u1-log": {"MariaDB", [3]int{10, 11, 19}, true},
		"5.5.5-10.6.18-MariaDB":          {"MariaDB", [3]int{10, 6, 18}, true},
		"10.1.48-MariaDB":                {"MariaDB", [3]int{10, 1, 48}, false},
		"8.4.0":                          {"MySQL", [3]int{8, 4, 0}, true},
		"5.5.62":                         {"MySQL", [3]int{5, 5, 62}, false},
		"":                               {"MySQL", [3]int{}, false},
	} {
		p := parseProduct(version, "")
		if p.server.Product != want.product || p.release != want.release || (p.supported() == "") != want.supported {
			t.Errorf("%q: %+v %q", version, p, p.supported())
		}
	}
	if p := parseProduct("8.0.36-28", "Percona Server (GPL)"); p.server.Product != "Percona Server" || len(p.notes()) != 1 {
		t.Errorf("percona: %+v", p)
	}
}

func FuzzGrants(f *testing.F) {
	f.Add("GRANT SELECT (a), INSERT ON `a``b`.* TO `u`@`h`", "a`b")
	f.Fuzz(func(t *testing.T, line, name string) {
		parseGrants("", []string{line}).on(name, "SELECT")
		if len(name) < 30 && len(line) < 30 {
			like(line, name)
		}
	})
}
