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
	errUnknownTable         = 1109
	errTableAccessDenied    = 1142
	errNoSuchTable          = 1146
	errPacketTooLarge       = 1153
	errUnknownVariable      = 1193
	errLockWaitTimeout      = 1205
	errHostNotAllowed       = 1130
	errSpecialAccess        = 1227
	errQueryInterrupted     = 1317
	errViewInvalid          = 1356
	errProcAccessDenied     = 1370
	errTableDefChanged      = 1412
	errNoSuchUser           = 1449
	errNoPassword           = 1698
	errMustChangePassword   = 1820
	errAccountLocked        = 3118
	errMariaAccountLocked   = 4151
)

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
