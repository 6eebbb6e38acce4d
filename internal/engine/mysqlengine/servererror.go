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
	errNoSuchRoutine        = 1305
	errWrongObject          = 1347
	errNoSuchTrigger        = 1360
	errTableDefChanged      = 1412
	errNoSuchEvent          = 1539
	errNoPassword           = 1698
	errMustChangePassword   = 1820
	errAccountLocked        = 3118
	errNotSequence          = 4089
	errMariaAccountLocked   = 4151
)

// moved are the errors that say that what was just listed has been dropped or replaced.
var moved = []uint16{
	errUnknownDatabase, errNoSuchTable, errNoSuchRoutine, errWrongObject, errNoSuchTrigger,
	errTableDefChanged, errNoSuchEvent, errNotSequence,
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
