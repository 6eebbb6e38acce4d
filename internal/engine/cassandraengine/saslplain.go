package cassandraengine

import (
	"fmt"

	"github.com/gocql/gocql"
)

// saslPlain logs in as SASL PLAIN does, whatever class the server's authenticator is: most take
// it, and gocql's own PasswordAuthenticator knows few of them by name (not
// MutualTlsWithPasswordFallbackAuthenticator of Cassandra 5.0). Whether the server may be told
// a password is for TLS to find out: a name would prove nothing.
type saslPlain credentials

var _ gocql.Authenticator = saslPlain{}

// Challenge is asked first with the name of the server's class.
func (c saslPlain) Challenge(class []byte) ([]byte, gocql.Authenticator, error) {
	return []byte("\x00" + c.user + "\x00" + c.password), toldAll(class), nil
}

func (c saslPlain) Success([]byte) error { return nil }

// toldAll is what is left when user and password are sent: nothing more is known.
type toldAll string

const wantsMore = "asks for more than user and password"

func (class toldAll) Challenge([]byte) ([]byte, gocql.Authenticator, error) {
	return nil, nil, fmt.Errorf("the server's authenticator %q %s", string(class), wantsMore)
}

func (class toldAll) Success([]byte) error { return nil }
