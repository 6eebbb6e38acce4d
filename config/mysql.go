package config

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// resolveMySQL reads the body of node "mysql".
func (v *resolver) resolveMySQL(block rawNode, n *declaredNode) {
	var raw rawMySQL
	v.decodeNode(block.Body, &raw)
	v.resolveCommon(common{raw.Formerly, raw.SnapshotPath, raw.LegacyPaths, raw.MinFree}, n)
	m := &MySQL{Lock: LockNone, Databases: []string{}}
	n.MySQL = m
	v.resolveServer(raw, m, n)
	m.DefaultsFile = v.file(raw.DefaultsFile, "/etc/cwb/"+n.Addr.Name+".cnf")
	if v.required(raw.Databases, "databases", n.def, `["ellis"]`) {
		n.contents = v.databases(raw.Databases)
		m.Databases = values(n.contents)
	}
	if raw.Lock != nil {
		if lock, ok := v.eval.oneOf(raw.Lock, string(LockNone), string(LockTables)); ok {
			m.Lock = MySQLLock(lock)
		}
	}
	m.LockWait = v.eval.duration(raw.LockWait, span{time.Second, time.Hour}, 5*time.Second)
	m.MaxRate = v.rate(raw.MaxRate)
}

// leastRate keeps a take from lasting for days by a slip of the unit.
const leastRate = 64 << 10

// rate reads how much a second a take may read; 0 is no limit.
func (v *resolver) rate(attr *hcl.Attribute) int64 {
	rate := v.eval.size(attr, 0)
	if rate > 0 && rate < leastRate {
		v.r.errorf(attr.Expr.Range(), "Size out of range", "%s, the bytes that a take reads in a second, must be \"64KiB\" or more.", quoted(attr.Name))
	}
	return rate
}

// resolveServer reads socket or address: one of them, not both.
func (v *resolver) resolveServer(raw rawMySQL, m *MySQL, n *declaredNode) {
	switch {
	case raw.Socket != nil && raw.Address != nil:
		v.r.errorf(raw.Address.NameRange, "Conflicting arguments", "A node has either a socket or an address.")
	case raw.Socket != nil:
		t, _ := v.path(raw.Socket, "/var/run/mysqld/mysqld.sock")
		m.Socket = t.value
	case raw.Address != nil:
		m.Address = v.address(raw.Address, "db-1.example.com:3306")
	default:
		v.r.errorf(n.def, "Missing required argument", "A MySQL node needs socket = \"/var/run/mysqld/mysqld.sock\" or address = \"HOST:3306\".")
	}
}

// databases reads exact names. MySQL allows nearly everything in them.
func (v *resolver) databases(attr *hcl.Attribute) []text {
	names, ok := v.eval.strs(attr, "ellis")
	if !ok {
		return nil
	}
	v.eval.distinct(attr.Name, names)
	for _, t := range names {
		switch {
		case utf8.RuneCountInString(t.value) > 64:
			v.r.errorf(t.at, "Invalid database name", "The name %s has more than 64 characters, which no MySQL server has.", t.shown)
		case strings.HasSuffix(t.value, " "):
			v.r.errorf(t.at, "Invalid database name", "The name %s ends with a space, which no MySQL server has.", t.shown)
		case strings.ContainsFunc(t.value, func(c rune) bool { return c > 0xFFFF }):
			v.r.errorf(t.at, "Invalid database name", "The name %s holds a character above U+FFFF, which no MySQL server has.", t.shown)
		case isSystemSchema(t.value):
			v.r.errorf(t.at, "System database", "%s belongs to the server itself and is not restored by copying. Users and grants are best kept as scripts.", upperFirst(t.shown))
		}
	}
	return names
}

func isSystemSchema(name string) bool {
	switch strings.ToLower(name) {
	case "mysql", "information_schema", "performance_schema", "sys":
		return true
	}
	return false
}

func upperFirst(s string) string {
	if strings.HasPrefix(s, "given") {
		return "The name " + s
	}
	return s
}
