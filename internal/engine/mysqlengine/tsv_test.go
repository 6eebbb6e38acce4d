package mysqlengine

import (
	"bufio"
	"bytes"
	"database/sql/driver"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestRowsComeBack(t *testing.T) {
	for _, row := range [][]driver.Value{
		{nil}, {[]byte{}}, {[]byte("N")}, {[]byte(`\N`)}, {[]byte(`\`)}, {[]byte("a\tb\nc\\d\x00e")},
		{nil, []byte{}, nil}, {[]byte{0}, []byte{0xff, 0xfe}}, {[]byte("\r\n"), []byte(strings.Repeat("\\\n", 1000))},
		{int64(math.MinInt64), uint64(math.MaxUint64), 5e-324, math.MaxFloat64, math.Copysign(0, -1)},
	} {
		encoded := appendRow(nil, row)
		if n := bytes.Count(encoded, []byte{'\n'}); n != 1 {
			t.Errorf("%q has %d newlines", encoded, n)
		}
		fields, err := splitRow(encoded[:len(encoded)-1], nil, len(row))
		if err != nil {
			t.Errorf("%q: %v", encoded, err)
			continue
		}
		for i, v := range row {
			if want := copyValue(v); !bytes.Equal(fields[i], want) || (fields[i] == nil) != (v == nil) {
				t.Errorf("field %d of %q is %q, not %q", i, encoded, fields[i], want)
			}
		}
	}
}

// TestEverySpecialByteIsEscaped puts every byte at every place of a word.
func TestEverySpecialByteIsEscaped(t *testing.T) {
	for c := range 256 {
		for at := range 19 {
			value := bytes.Repeat([]byte{'a' + byte(at)}, 19)
			value[at] = byte(c)
			encoded := appendEscaped(nil, value)
			if want := 19 + min(1, int(tsvEscape(byte(c)))); len(encoded) != want {
				t.Fatalf("byte %d at %d: %q", c, at, encoded)
			}
			if got, err := unescapeField(encoded); err != nil || !bytes.Equal(got, value) {
				t.Fatalf("byte %d at %d: %q, %v", c, at, got, err)
			}
		}
	}
}

func TestBadRowsAreRefused(t *testing.T) {
	for _, row := range []string{`\`, `\x`, `a\`, "a\tb\tc", "a", `\N\N` + "\tx\t"} {
		if _, err := splitRow([]byte(row), nil, 2); !errors.Is(err, errTSV) {
			t.Errorf("%q: %v", row, err)
		}
	}
	in := bufio.NewReader(strings.NewReader("a\tb\nc"))
	if row, err := readRow(in, nil); err != nil || string(row) != "a\tb" {
		t.Errorf("first row: %q, %v", row, err)
	}
	if _, err := readRow(in, nil); !errors.Is(err, errTSV) {
		t.Errorf("a row without an end: %v", err)
	}
	if _, err := readRow(in, nil); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

func FuzzTSV(f *testing.F) {
	f.Add([]byte("a\tb"), []byte("\\N\x00\n"), true)
	f.Fuzz(func(t *testing.T, a, b []byte, null bool) {
		row := []driver.Value{a, b, nil, b}
		if null {
			row[0] = nil
		}
		encoded := appendRow(nil, row)
		fields, err := splitRow(bytes.Clone(encoded[:len(encoded)-1]), nil, 4)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range row {
			if v == nil != (fields[i] == nil) || v != nil && !bytes.Equal(fields[i], v.([]byte)) {
				t.Fatalf("field %d: %q, not %q", i, fields[i], v)
			}
		}
		if fields, err := splitRow(bytes.Clone(a), nil, 1); err == nil && len(fields) != 1 {
			t.Fatal("wrong number of fields")
		}
	})
}
