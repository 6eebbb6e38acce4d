//go:build servers

package mysqlengine

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"cwb/internal/soak"
)

// TestRandomSchemasComeBack makes databases with random tables, columns and values, takes
// them, loads their export elsewhere and compares.
func TestRandomSchemasComeBack(t *testing.T) {
	randomSchemasComeBack(t, newBed(t), newBed(t), soak.Of(15, 100))
}

func randomSchemasComeBack(t *testing.T, source, target *bed, schemas int) {
	t.Helper()
	g := &generator{r: rand.New(rand.NewPCG(soak.Seed(t), 1))}
	var databases []string
	for i := range schemas {
		name := g.name(i)
		databases = append(databases, name)
		source.run(g.database(name))
	}
	copyDatabases(t, source, target, databases)
	compareServers(t, source, target, databases)
	soak.Figures(t, "%d random schemas", schemas)
}

// generator writes random SQL.
type generator struct{ r *rand.Rand }

func (g *generator) pick(from ...string) string { return from[g.r.IntN(len(from))] }

// name is a random identifier that ends with a number of its own.
func (g *generator) name(i int) string {
	var out strings.Builder
	for range g.r.IntN(20) {
		out.WriteString(g.pick("a", "Z", "0", "_", " ", "`", "'", "\"", "/", ".", "%", "é", "ß", "日", "-", "#", "$", "\\", ";"))
	}
	return out.String() + fmt.Sprintf("n%d", i)
}

// palette pairs types with what makes a literal of them.
func (g *generator) palette() []func() (string, func() string) {
	integer := func(name string, bits int) func() (string, func() string) {
		return func() (string, func() string) {
			if g.r.IntN(2) == 0 {
				return name + " UNSIGNED", func() string { return strconv.FormatUint(g.r.Uint64()>>(64-bits), 10) }
			}
			return name, func() string { return strconv.FormatInt(int64(g.r.Uint64())>>(64-bits), 10) }
		}
	}
	plain := func(name string, value func() string) func() (string, func() string) {
		return func() (string, func() string) { return name, value }
	}
	return []func() (string, func() string){
		integer("TINYINT", 8), integer("SMALLINT", 16), integer("MEDIUMINT", 24), integer("INT", 32), integer("BIGINT", 64),
		plain("FLOAT", func() string { return g.real(float64(math.Float32frombits(g.r.Uint32()))) }),
		plain("DOUBLE", func() string { return g.real(math.Float64frombits(g.r.Uint64())) }),
		plain("DECIMAL(65,30)", func() string { return fmt.Sprintf("%d.%d", int64(g.r.Uint64()), g.r.Uint64()) }),
		plain("BIT(33)", func() string { return fmt.Sprintf("0x%010x", g.r.Uint64()>>31) }),
		plain("VARBINARY(200)", func() string { return g.bytes(100) }), plain("LONGBLOB", func() string { return g.bytes(3000) }), plain("BINARY(7)", func() string { return g.bytes(7) }),
		plain("DATE", func() string { return fmt.Sprintf("'%04d-%02d-%02d'", g.r.IntN(10000), g.r.IntN(13), g.r.IntN(29)) }),
		plain("DATETIME(6)", func() string {
			return fmt.Sprintf("'%04d-01-%02d 23:59:59.%06d'", 1+g.r.IntN(9999), g.r.IntN(29), g.r.IntN(1000000))
		}),
		plain("TIME(3)", func() string { return fmt.Sprintf("'%d:59:59.%03d'", g.r.IntN(1677)-838, g.r.IntN(999)) }),
		plain("TIMESTAMP(2) NULL", func() string { return fmt.Sprintf("'%04d-06-15 12:00:00.%02d'", 1971+g.r.IntN(66), g.r.IntN(100)) }),
		plain("YEAR", func() string { return g.pick("0", "1901", "2155", "2000") }),
		plain("INET6", func() string { return fmt.Sprintf("'%x::%x'", g.r.IntN(65536), g.r.IntN(65536)) }),
		plain("UUID", func() string { return fmt.Sprintf("'%08x-0000-1000-8000-%012x'", g.r.Uint32(), g.r.Uint64()>>16) }),
		plain("ENUM('','a','2','é','x''y')", func() string { return strconv.Itoa(1 + g.r.IntN(5)) }),
		plain("SET('a','b','1','é') ", func() string { return strconv.Itoa(g.r.IntN(16)) }),
		plain("JSON", func() string { return `'{"k": [` + strconv.Itoa(g.r.IntN(99)) + `, "é\\n"]}'` }),
		plain("POINT", func() string {
			return fmt.Sprintf("POINT(%s,%s)", g.real(g.r.NormFloat64()), g.real(g.r.NormFloat64()))
		}),
		func() (string, func() string) {
			charset := g.pick("latin1", "utf8mb4", "utf8mb3", "ucs2", "utf16", "utf32", "gbk", "sjis", "big5", "cp1251", "ascii", "euckr")
			return g.pick("VARCHAR(100)", "TEXT", "CHAR(40)") + " CHARACTER SET " + charset, func() string { return g.string(charset) }
		},
	}
}

func (g *generator) real(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "0e0"
	}
	return strconv.FormatFloat(f, 'e', -1, 64)
}

func (g *generator) bytes(limit int) string {
	b := make([]byte, g.r.IntN(limit+1))
	for i := range b {
		b[i] = byte(g.r.Uint32())
		if g.r.IntN(3) == 0 {
			b[i] = g.pick("\\", "\t", "\n", "\x00", "'", "\xff", "N")[0]
		}
	}
	if len(b) == 0 {
		return "''"
	}
	return "0x" + hex.EncodeToString(b)
}

func (g *generator) string(charset string) string {
	var out strings.Builder
	for range g.r.IntN(30) {
		out.WriteString(g.pick("a", "B", " ", `\\`, `\'`, `\n`, `\t`, "\"", "N", "ñ", "日", "ソ", "功", "😀", "Ж", "0"))
	}
	return "CONVERT('" + out.String() + "' USING " + charset + ")"
}

func (g *generator) database(name string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "SET NAMES utf8mb4; SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\nCREATE DATABASE %s CHARACTER SET %s;\nUSE %[1]s;\n", quoteName(name), g.pick("latin1", "utf8mb4"))
	for i := range 1 + g.r.IntN(4) {
		g.table(&out, g.name(i))
	}
	return out.String()
}

func (g *generator) table(out *strings.Builder, name string) {
	palette := g.palette()
	var names, definitions []string
	var values []func() string
	for i := range 1 + g.r.IntN(12) {
		kind, value := palette[g.r.IntN(len(palette))]()
		column := g.name(i)
		names = append(names, quoteName(column))
		definitions = append(definitions, quoteName(column)+" "+kind+g.pick("", "", "", " INVISIBLE"))
		values = append(values, value)
	}
	definitions = append(definitions, "pk"+g.pick(" INT AUTO_INCREMENT PRIMARY KEY", " BIGINT", " VARBINARY(20) PRIMARY KEY"), "gen INT AS (1) "+g.pick("VIRTUAL", "STORED"))
	fmt.Fprintf(out, "CREATE TABLE %s (%s)%s;\n", quoteName(name), strings.Join(definitions, ", "), g.pick("", " WITH SYSTEM VERSIONING", " ROW_FORMAT=REDUNDANT", " COMMENT='é; ''x'''"))
	for i := range g.r.IntN(40) {
		row := []string{strconv.Itoa(i)}
		for _, value := range values {
			if g.r.IntN(6) == 0 {
				row = append(row, "NULL")
			} else {
				row = append(row, value())
			}
		}
		fmt.Fprintf(out, "INSERT INTO %s (pk, %s) VALUES (%s);\n", quoteName(name), strings.Join(names, ", "), strings.Join(row, ", "))
	}
}
