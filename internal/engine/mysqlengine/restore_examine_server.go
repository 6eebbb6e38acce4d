package mysqlengine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// writable refuses replicas and servers that are set to read-only.
func (x *examiner) writable(ctx context.Context) error {
	readOnly, err := x.s.one(ctx, "SELECT @@GLOBAL.read_only")
	if err != nil {
		return fmt.Errorf("ask for read_only: %w", err)
	}
	if readOnly != "0" && readOnly != "" && readOnly != "OFF" && !x.o.OnReplica {
		x.refuse("--on-replica", "the server is set to read_only: it may be a replica, whose data comes from another server")
	}
	queries := []string{"SHOW ALL SLAVES STATUS"}
	if !x.product.mariadb {
		queries = []string{"SHOW REPLICA STATUS", "SHOW SLAVE STATUS"} // 8.0.22, before
	}
	for _, query := range queries {
		r, err := x.s.query(ctx, query)
		switch {
		case isServerError(err, errNeedsPrivilege):
			x.warn("whether the server is a replica is not known to this account (it lacks SLAVE MONITOR or REPLICATION CLIENT)")
			return nil
		case isServerError(err, errSyntax):
			continue
		case err != nil:
			return fmt.Errorf("ask for replication: %w", err)
		case len(r.rows) > 0 && !x.o.OnReplica:
			x.refuse("--on-replica", "the server is a replica: what is restored here would differ from its primary; restore there")
		}
		return nil
	}
	return nil
}

// errSyntax is ER_PARSE_ERROR.
const errSyntax = 1064

// restorePrivileges are needed on every database that is restored, and on the restore's own.
var restorePrivileges = []string{"SELECT", "INSERT", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES", "TRIGGER", "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "EVENT"}

// privileges names what the account lacks, with the GRANT.
func (x *examiner) privileges(ctx context.Context) error {
	var err error
	if x.grants, err = readGrants(ctx, x.s, x.product); err != nil || len(x.places) == 0 {
		return err
	}
	g := x.grants
	for _, name := range append(targets(x.places), x.places[0].Scratch) {
		var lacks []string
		for _, privilege := range restorePrivileges {
			if !g.on(string(name), privilege) {
				lacks = append(lacks, privilege)
			}
		}
		if len(lacks) == 0 {
			continue
		}
		on := quoteName(escapePattern(string(name))) + ".*"
		if name == x.places[0].Scratch {
			on = grantPattern
		}
		x.refuse("", "%s lacks %s on %s; run: GRANT %s ON %s TO %s", g.account, strings.Join(lacks, ", "), quoteName(string(name)), strings.Join(lacks, ", "), on, g.account)
	}
	if refusal := g.missingRoutines(names(targets(x.places)), x.product); refusal != "" {
		x.refuse("", "%s", refusal)
	}
	if !g.global("SELECT") {
		x.warn("%s sees only its own databases: a foreign key of another database that refers to a replaced table would not be noticed, and go on pointing at that", g.account)
	}
	return x.programPrivileges(ctx)
}

func names(all []text) []string {
	var out []string
	for _, n := range all {
		out = append(out, string(n))
	}
	return out
}

// programPrivileges: creating functions and triggers on a server with a binary log takes
// SUPER, unless the server trusts their creators.
// https://mariadb.com/kb/en/binary-logging-of-stored-routines/
func (x *examiner) programPrivileges(ctx context.Context) error {
	strict, err := x.s.one(ctx, "SELECT @@GLOBAL.log_bin = 1 AND @@GLOBAL.log_bin_trust_function_creators = 0")
	if err != nil {
		return fmt.Errorf("ask about the binary log: %w", err)
	}
	if strict != "1" || x.grants.global("SUPER") || x.grants.global("BINLOG ADMIN") || !x.content.schema.hasLoggedPrograms() {
		return nil
	}
	x.refuse("", "%s may not create triggers and functions while the binary log is on; run: GRANT SUPER ON *.* TO %s, or SET GLOBAL log_bin_trust_function_creators = 1",
		x.grants.account, x.grants.account)
	return nil
}

func (s *schema) hasLoggedPrograms() bool {
	for _, d := range s.Databases {
		if slices.ContainsFunc(d.Routines, func(r routine) bool { return r.Type == "FUNCTION" }) ||
			slices.ContainsFunc(d.Tables, func(t table) bool { return len(t.Triggers) > 0 }) {
			return true
		}
	}
	return false
}

// definers looks whether the accounts exist that views and programs run as, and whether they
// may be named.
func (x *examiner) definers(ctx context.Context) error {
	all := x.content.schema.definers()
	if len(all) == 0 {
		return nil
	}
	own := unquoteAccount(x.grants.account)
	others := filter(all, func(a string) bool { return a != own })
	if len(others) > 0 && !x.mayNameDefiners() {
		x.refuse("--definer", "%s may not create programs that run as %s; run: GRANT %s ON *.* TO %s, or choose --definer drop",
			x.grants.account, strings.Join(others, ", "), x.definerPrivilege(), x.grants.account)
	}
	r, err := x.s.query(ctx, "SELECT User AS u, Host AS h FROM mysql.user")
	if err != nil {
		x.warn("whether the definers exist on this server is not known to this account (it may not read mysql.user): %s", strings.Join(all, ", "))
		return nil
	}
	known := map[string]bool{}
	for _, row := range r.rows {
		known[r.text(row, "u")+"@"+r.text(row, "h")] = true
		known[r.text(row, "u")] = true // a role has no host
	}
	missing := filter(all, func(a string) bool { return !known[a] && !known[strings.TrimSuffix(a, "@")] })
	if len(missing) > 0 {
		x.warn("views and programs of the backup run as accounts that this server does not have, and will not work until those exist: %s; --definer USER@HOST gives them another, --definer drop the account that restores",
			strings.Join(missing, ", "))
	}
	return nil
}

func (x *examiner) mayNameDefiners() bool {
	g := x.grants
	return g.global("SUPER") || g.global("SET USER") || g.global("SET_USER_ID") || g.global("SET_ANY_DEFINER")
}

func (x *examiner) definerPrivilege() string {
	switch {
	case x.product.mariadb && x.product.atLeast(10, 5, 2):
		return "SET USER"
	case !x.product.mariadb && x.product.atLeast(8, 2, 0):
		return "SET_ANY_DEFINER"
	case !x.product.mariadb && x.product.atLeast(8, 0, 0):
		return "SET_USER_ID"
	}
	return "SUPER"
}

// unquoteAccount turns 'user'@'host' into user@host.
func unquoteAccount(account string) string {
	user, host, _ := strings.Cut(account, "'@'")
	plain := func(s string) string { return strings.ReplaceAll(strings.Trim(s, "'"), "''", "'") }
	return plain(user) + "@" + plain(host)
}

// room estimates the disk that the load needs: as much as the live tables take, or what the
// content takes as rows and indexes, whichever is more; once more for the binary log.
func (x *examiner) room(ctx context.Context) error {
	if x.plan == nil {
		return nil
	}
	var live, content int64
	for _, m := range x.plan.Moves {
		if t, ok := x.plan.live.find(x.places[m.Place].Target, m.Name); ok && m.In {
			live += t.bytes
		}
	}
	for _, t := range x.out.Replaces {
		content += t.Bytes
	}
	if x.content.dump != nil {
		content = x.content.dump.bytes
	}
	need := max(live, content*8/5) + 16<<20
	logs, err := x.s.one(ctx, "SELECT @@log_bin")
	if err != nil {
		return fmt.Errorf("ask about the binary log: %w", err)
	}
	if logs == "1" {
		need += content
	}
	var fs syscall.Statfs_t
	if !x.e.local() || syscall.Statfs(x.out.Identity.DataDir, &fs) != nil {
		x.warn("how much disk is free where the server keeps its data is not known; the load needs about %d bytes", need)
		return nil
	}
	x.out.NeedBytes, x.out.FreeBytes = need, int64(fs.Bavail)*int64(fs.Bsize)
	if x.out.FreeBytes < need {
		x.refuse("", "the load needs about %d bytes beside what is there, and %q has %d free: make room", need, x.out.Identity.DataDir, x.out.FreeBytes)
	}
	return nil
}

// local asks how rows can be sent.
func (x *examiner) local(ctx context.Context) error {
	on, err := x.s.one(ctx, "SELECT @@GLOBAL.local_infile")
	if err != nil {
		return fmt.Errorf("ask for local_infile: %w", err)
	}
	x.infile = on == "1"
	return nil
}
