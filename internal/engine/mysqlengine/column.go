package mysqlengine

import (
	"fmt"
	"strings"
)

// encodings lists the types that are taken exactly; any other is refused by name. Each was
// proven by a round trip on a real server, or is spelled by MySQL only and follows its
// manual. https://mariadb.com/kb/en/data-types/
var encodings = map[string]encoding{
	"tinyint": asNumber, "smallint": asNumber, "mediumint": asNumber, "int": asNumber, "bigint": asNumber,
	"decimal": asNumber, "float": asReal, "double": asReal, "bit": asBytes,
	"date": asTemporal, "time": asTemporal, "datetime": asTemporal, "timestamp": asTemporal, "year": asTemporal,
	"char": asText, "varchar": asText, "tinytext": asText, "text": asText, "mediumtext": asText, "longtext": asText,
	"binary": asBytes, "varbinary": asBytes, "tinyblob": asBytes, "blob": asBytes, "mediumblob": asBytes, "longblob": asBytes,
	"enum": asIndex, "set": asIndex,
	"json": asParsed, "inet4": asParsed, "inet6": asParsed, "uuid": asParsed,
	"geometry": asBytes, "point": asBytes, "linestring": asBytes, "polygon": asBytes,
	"multipoint": asBytes, "multilinestring": asBytes, "multipolygon": asBytes,
	"geometrycollection": asBytes, "geomcollection": asBytes,
}

// newColumn describes a stored column; the error names a type that is not taken.
func newColumn(name, dataType, charset string) (column, error) {
	dataType = strings.ToLower(dataType)
	enc, ok := encodings[dataType]
	if !ok {
		return column{}, fmt.Errorf("column %s has the type %s, which cwb cannot take exactly yet", quoteName(name), strings.ToUpper(dataType))
	}
	return column{Name: text(name), Type: dataType, Charset: charset, Encoding: enc}, nil
}

// selectExpr is what a column is read by, so that its text is its exact value:
//   - MariaDB prints FLOAT with six digits (5592405.5 comes as 5592410); as DOUBLE it is whole.
//   - The driver reads YEAR 0000 as the number 0, which loads as 2000.
//   - The names of ENUM and SET members can be ambiguous (” and the error value, '3' and the
//     third); the number behind never is.
func (c column) selectExpr(p product) string {
	name := quoteName(string(c.Name))
	switch c.Type {
	case "float":
		if p.mariadb || p.atLeast(8, 0, 17) {
			return "CAST(" + name + " AS DOUBLE)"
		}
		return "(" + name + " * 1e0)" // keeps the sign of -0, which + 0e0 does not
	case "year":
		return "CAST(" + name + " AS CHAR)"
	case "enum", "set":
		return "CAST(" + name + " AS UNSIGNED)"
	}
	return name
}
