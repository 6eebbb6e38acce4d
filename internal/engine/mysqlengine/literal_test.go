package mysqlengine

import (
	"strings"
	"testing"
)

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		column column
		value  string
		want   string
	}{
		{column{Encoding: asNumber}, "-12.50", "-12.50"},
		{column{Encoding: asReal}, "-0", "-0e0"},
		{column{Encoding: asReal}, "1.5", "1.5e0"},
		{column{Encoding: asReal}, "5e-324", "5e-324"},
		{column{Encoding: asIndex}, "3", "3"},
		{column{Encoding: asTemporal}, "0000-00-00", "'0000-00-00'"},
		{column{Encoding: asParsed}, `{"a":"\n'"}`, `_utf8mb4'{"a":"\\n\'"}'`},
		{column{Encoding: asBytes}, "", "''"},
		{column{Encoding: asBytes}, "a\x00", "0x6100"},
		{column{Encoding: asText, Charset: "utf8mb4"}, "é\t\n\r'\\", `'é\t\n\r\'\\'`},
		{column{Encoding: asText, Charset: "utf8mb4"}, "\xff", "0xff"},
		{column{Encoding: asText, Charset: "utf8mb4"}, "a\x00\x1a", "0x61001a"},
		{column{Encoding: asText, Charset: "latin1"}, "abc", "'abc'"},
		{column{Encoding: asText, Charset: "latin1"}, "\xe9", "0xe9"},
		{column{Encoding: asText, Charset: "gbk"}, "\x81\x5c", "0x815c"},
		{column{Encoding: asText, Charset: "utf16"}, "ab", "0x6162"},
		{column{Encoding: asText, Charset: "ucs2"}, "", "''"},
	} {
		got, err := c.column.appendLiteral(nil, []byte(c.value))
		if err != nil || string(got) != c.want {
			t.Errorf("%+v %q: %s, %v; want %s", c.column, c.value, got, err, c.want)
		}
	}
	for _, e := range []encoding{asNumber, asReal, asIndex} {
		for _, bad := range []string{"", "1;DROP", "'", "1)", "-"} {
			if got, err := (column{Encoding: e}).appendLiteral(nil, []byte(bad)); err == nil {
				t.Errorf("%s takes %q as %s", e, bad, got)
			}
		}
	}
	if _, err := (column{Encoding: "new"}).appendLiteral(nil, []byte("x")); err == nil {
		t.Error("an unknown encoding was written")
	}
}

func TestStatementsAsText(t *testing.T) {
	if got := statementLiteral("CREATE 'x' -- y\n"); got != "'CREATE ''x'' -- y\n'" {
		t.Errorf("plain: %s", got)
	}
	for _, s := range []string{`a\b`, "é", "a\rb", "\x00"} {
		if got := statementLiteral(s); !strings.HasPrefix(got, "0x") {
			t.Errorf("%q: %s", s, got)
		}
	}
	for _, body := range []string{"x", "a // b", "a // //1// b //2//"} {
		if d := freeDelimiter(body); strings.Contains(body, d) {
			t.Errorf("%q contains the delimiter %q", body, d)
		}
	}
}

func TestNamesAreQuoted(t *testing.T) {
	if got := quoteTable("a`b", "c'd"); got != "`a``b`.`c'd`" {
		t.Error(got)
	}
	if got := quoteBytes("a'é"); got != "x'6127c3a9'" {
		t.Error(got)
	}
	if got := word("latin1; DROP"); got != "utf8mb4" {
		t.Error(got)
	}
}

func TestViewsAreOrdered(t *testing.T) {
	v := func(name string, uses ...string) view {
		create := "CREATE VIEW `d`.`" + name + "` AS select 1"
		for _, u := range uses {
			create += " from `d`.`" + u + "`"
		}
		return view{Name: text(name), Create: text(create)}
	}
	s := &schema{Databases: []database{{Name: "d", Views: []view{v("a", "b"), v("b", "c"), v("c"), v("x", "y"), v("y", "x", "a")}}}}
	order, circle := sortViews(s)
	var names []string
	for _, r := range append(order, circle...) {
		names = append(names, string(r.view.Name))
	}
	if got := strings.Join(names, " "); got != "c b a x y" || len(circle) != 2 {
		t.Errorf("order %q, %d in a circle", got, len(circle))
	}
}
