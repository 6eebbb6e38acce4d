package mysqlengine

import (
	"encoding/hex"
	"strings"
)

// quoteName writes an identifier. Every name is quoted, always: a policy may name databases
// with spaces, quotes or backticks, and a table's name is whatever somebody once wrote.
func quoteName(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// quoteTable writes a qualified name.
func quoteTable(database, table string) string { return quoteName(database) + "." + quoteName(table) }

// quoteBytes writes a value for comparison in information_schema. A hex literal cannot be
// broken out of in any sql_mode or character set, and it compares byte by byte, so that the
// database "Ellis" is not taken for "ellis".
func quoteBytes(value string) string { return "x'" + hex.EncodeToString([]byte(value)) + "'" }
