package mysqlengine

import (
	"errors"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// Error numbers of the servers. https://mariadb.com/kb/en/mariadb-error-codes/ and
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
const (
	errAccessDeniedDatabase = 1044
	errAccessDenied         = 1045
	errUnknownDatabase      = 1049
	errHostNotAllowed       = 1130
	errNoSuchTable          = 1146
	errPacketTooLarge       = 1153
	errUnknownVariable      = 1193
	errLockWaitTimeout      = 1205
	errDeadlock             = 1213
	errNoSuchRoutine        = 1305
	errWrongObject          = 1347
	errNoSuchTrigger        = 1360
	errTableDefChanged      = 1412
	errNoSuchEvent          = 1539
	errDefBeingModified     = 1684
	errNoPassword           = 1698
	errMustChangePassword   = 1820
	errStatementTimeout     = 1969 // MariaDB's max_statement_time
	errAccountLocked        = 3118
	errNotSequence          = 4089
	errMariaAccountLocked   = 4151
)

// moved are the errors that say that what was just listed has been dropped, replaced or is
// being altered. A statement that asks for a table while its session holds others, as all of
// a capture do, is the victim where a RENAME holds that table and waits for those: the server
// answers with a deadlock (1213) and ends the whole transaction, its snapshot with it
// (Open_table_context::request_backoff_action in MariaDB's sql/sql_base.cc).
var moved = []uint16{
	errUnknownDatabase, errNoSuchTable, errNoSuchRoutine, errWrongObject, errNoSuchTrigger,
	errTableDefChanged, errNoSuchEvent, errNotSequence, errDefBeingModified, errDeadlock,
}

// refusedLogin are the errors of a login that another password or account would cure.
var refusedLogin = map[uint16]bool{
	errAccessDenied: true, errAccessDeniedDatabase: true, errHostNotAllowed: true, errNoPassword: true,
	errMustChangePassword: true, errAccountLocked: true, errMariaAccountLocked: true,
}

// isServerError reports whether err is one of the server's errors with such a number.
func isServerError(err error, numbers ...uint16) bool {
	var server *mysql.MySQLError
	return errors.As(err, &server) && slices.Contains(numbers, server.Number)
}
