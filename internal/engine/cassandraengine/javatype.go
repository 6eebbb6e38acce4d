package cassandraengine

import (
	"encoding/hex"
	"fmt"
	"strings"

	"cwb/executor"
)

// simpleTypes are the CQL names of the classes of org.apache.cassandra.db.marshal.
var simpleTypes = map[string]string{
	"AsciiType": "ascii", "BooleanType": "boolean", "ByteType": "tinyint", "BytesType": "blob", "CounterColumnType": "counter",
	"DateType": "timestamp", "DecimalType": "decimal", "DoubleType": "double", "EmptyType": "empty", "FloatType": "float",
	"InetAddressType": "inet", "Int32Type": "int", "IntegerType": "varint", "LongType": "bigint", "ShortType": "smallint",
	"SimpleDateType": "date", "TimeType": "time", "TimeUUIDType": "timeuuid", "TimestampType": "timestamp", "UTF8Type": "text",
	"UUIDType": "uuid",
}

// typeForms are the CQL forms of the classes with parameters.
var typeForms = map[string]string{
	"ListType": "list<%s>", "SetType": "set<%s>", "MapType": "map<%s>", "TupleType": "tuple<%s>", "FrozenType": "frozen<%s>",
}

// cqlType turns the name of a Java class, as 2.x stores types, into CQL; order is "desc" for a
// reversed one.
func cqlType(class string) (cql, order string, err error) {
	name, args, err := splitClass(class, 0)
	if err == nil && name == "ReversedType" && len(args) == 1 {
		cql, err = cqlTypeAt(args[0], 1)
		return cql, "desc", err
	}
	if err != nil {
		return "", "", err
	}
	cql, err = cqlTypeAt(class, 0)
	return cql, "", err
}

// deepest bounds the recursion over what a server says.
const deepest = 30

func cqlTypeAt(class string, depth int) (string, error) {
	name, args, err := splitClass(class, depth)
	if err != nil {
		return "", err
	}
	if cql, ok := simpleTypes[name]; ok && len(args) == 0 {
		return cql, nil
	}
	if name == "UserType" && len(args) >= 2 {
		raw, err := hex.DecodeString(args[1])
		return "frozen<" + quote(string(raw)) + ">", err
	}
	form, ok := typeForms[name]
	if !ok || len(args) == 0 {
		return cqlString(class), nil // CQL takes any class by its name
	}
	var inner []string
	for _, arg := range args {
		cql, err := cqlTypeAt(arg, depth+1)
		if err != nil {
			return "", err
		}
		inner = append(inner, cql)
	}
	return frozenOnce(fmt.Sprintf(form, strings.Join(inner, ", "))), nil
}

// frozenOnce: a user type is frozen in 2.x whether its class says so or not.
func frozenOnce(cql string) string {
	if inner, ok := strings.CutPrefix(cql, "frozen<frozen<"); ok {
		return "frozen<" + strings.TrimSuffix(inner, ">")
	}
	return cql
}

// splitClass takes "package.Name(arg,arg)" apart.
func splitClass(class string, depth int) (name string, args []string, err error) {
	bad := fmt.Errorf("%w: %q is no type that is known", executor.ErrRefused, class)
	if depth > deepest {
		return "", nil, bad
	}
	head, rest, has := strings.Cut(class, "(")
	name = head[strings.LastIndex(head, ".")+1:]
	if !has {
		return name, nil, nil
	}
	if !strings.HasSuffix(rest, ")") || name == "" {
		return "", nil, bad
	}
	level, start := 0, 0
	rest = strings.TrimSuffix(rest, ")")
	for i, r := range rest {
		switch {
		case r == '(':
			level++
		case r == ')':
			level--
		case r == ',' && level == 0:
			args, start = append(args, rest[start:i]), i+1
		}
		if level < 0 {
			return "", nil, bad
		}
	}
	if level != 0 {
		return "", nil, bad
	}
	return name, append(args, rest[start:]), nil
}
