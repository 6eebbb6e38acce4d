package cassandraengine

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/secretfile"
)

// asksPassword answers as a server with a PasswordAuthenticator does, and refuses all.
func asksPassword(_, op byte) (byte, []byte) {
	switch op {
	case opOptions:
		return opSupported, []byte{0, 0}
	case opStartup:
		return opAuthenticate, text("org.apache.cassandra.auth.PasswordAuthenticator")
	}
	return opError, append([]byte{0, 0, 1, 0}, text("Provided username cwb and/or password are incorrect")...)
}

// asksMore answers a password with a challenge.
func asksMore(_, op byte) (byte, []byte) {
	switch op {
	case opStartup:
		return opAuthenticate, text("com.example.Kerberos")
	case opAuthResponse:
		return opAuthChallenge, []byte{0, 0, 0, 1, 'x'}
	}
	return asksPassword(0, op)
}

// What goes wrong with TLS and passwords is told apart, each with what to do.
func TestConnectExplainsItself(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	valid, wants := time.Now().Add(time.Hour), tls.RequireAndVerifyClientCert
	cert, key, _ := a.issue("cwb", valid)
	oldCert, oldKey, _ := a.issue("old", time.Now().Add(-time.Minute))
	strangeCert, strangeKey, _ := stranger.issue("cwb", valid)
	serve := frames(asksPassword)
	more := listen(t, frames(asksMore))
	plain := listen(t, serve)
	puzzled := listen(t, func(conn net.Conn) { _, _ = conn.Write([]byte{0x84, 0, 0, 0, opError, 0, 0, 0, 0}) })
	secure := a.listenTLS("homer-1", valid, tls.NoClientCert, serve)
	expired := a.listenTLS("homer-2", time.Now().Add(-time.Minute), tls.NoClientCert, serve)
	mutual := a.listenTLS("homer-3", valid, wants, serve)
	login := a.write("login", 0o600, []byte("; for cwb\n[authentication]\nusername = cwb\npassword: s3cr3t=;#\n"))
	cases := map[string]struct {
		node config.Cassandra
		is   error
		says string
	}{
		"no password":              {config.Cassandra{Address: plain}, executor.ErrCredentials, "credentials_file of the node"},
		"wrong password":           {config.Cassandra{Address: plain, CredentialsFile: login}, executor.ErrCredentials, `correct the user "cwb" or the password in credentials_file "` + login},
		"more than a password":     {config.Cassandra{Address: more, CredentialsFile: login}, executor.ErrCredentials, `"com.example.Kerberos" asks for more than user and password: cwb logs in with`},
		"encrypted, no password":   {node(secure, "homer-1", a.file), executor.ErrCredentials, "credentials_file of the node"},
		"unknown authority":        {node(secure, "homer-1", stranger.file), executor.ErrUnreachable, "ca_file of whoever signed it"},
		"the system's authorities": {node(secure, "homer-1", ""), executor.ErrUnreachable, "ca_file of whoever signed it"},
		"another name":             {node(secure, "homer-9", a.file), executor.ErrUnreachable, `not for "homer-9": set server_name`},
		"only an address":          {node(secure, "", a.file), executor.ErrUnreachable, `not for "127.0.0.1": set server_name`},
		"expired":                  {node(expired, "homer-2", a.file), executor.ErrUnreachable, "renew the server's certificate"},
		"no TLS there":             {node(puzzled, "homer-1", a.file), executor.ErrUnreachable, "remove tls from the node"},
		"TLS there":                {config.Cassandra{Address: secure}, executor.ErrUnreachable, "add tls { ca_file"},
		"no client certificate":    {node(mutual, "homer-3", a.file), executor.ErrCredentials, "set cert_file and key_file"},
		"client certificate":       {node(mutual, "homer-3", a.file, cert, key), executor.ErrCredentials, "credentials_file of the node"},
		"expired client's":         {node(mutual, "homer-3", a.file, oldCert, oldKey), executor.ErrCredentials, "does not accept the certificate"},
		"unknown client's":         {node(mutual, "homer-3", a.file, strangeCert, strangeKey), executor.ErrCredentials, "does not accept the certificate"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := connectError(t, c.node)
			if known := (explained{}); !errors.As(err, &known) {
				t.Errorf("nobody knows that it says what to do: %v", err)
			}
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
}

// A server that wants a certificate may reset the connection under what gocql writes, before
// its reason is read.
func TestResetOverACertificateIsExplained(t *testing.T) {
	a := newAuthority(t)
	cert, key, _ := a.issue("homer-4", time.Now().Add(time.Hour))
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	resets := new(atomic.Bool)
	address := listen(t, func(conn net.Conn) {
		wants := &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert}
		if resets.CompareAndSwap(false, true) {
			wants.ClientAuth = tls.NoClientCert // its end stands for the reset
		}
		_ = tls.Server(conn, wants).Handshake()
	})
	err = connectError(t, node(address, "homer-4", a.file))
	if !errors.Is(err, executor.ErrCredentials) || !strings.Contains(err.Error(), "set cert_file and key_file") {
		t.Errorf("error %v", err)
	}
}

func connectError(t *testing.T, node config.Cassandra) error {
	t.Helper()
	_, err := connectCQL(t.Context(), node, 10*time.Second)
	return err
}

// node is one whose CQL is encrypted; files are those of a client's certificate.
func node(address, name, ca string, files ...string) config.Cassandra {
	c := config.Cassandra{Address: address, TLS: &config.CassandraTLS{CAFile: ca, ServerName: name}}
	if len(files) > 0 {
		c.TLS.CertFile, c.TLS.KeyFile = files[0], files[1]
	}
	return c
}

// What the server is told is the user and the password, as they stand in the file, whatever
// class it takes them with.
func TestPasswordIsSentAsItStands(t *testing.T) {
	for _, class := range []string{"PasswordAuthenticator", "MutualTlsWithPasswordFallbackAuthenticator"} {
		t.Run(class, func(t *testing.T) { passwordIsSent(t, "org.apache.cassandra.auth."+class) })
	}
}

func passwordIsSent(t *testing.T, class string) {
	a := newAuthority(t)
	got := make(chan string, 10)
	address := listen(t, bodies(func(op byte, body []byte) (byte, []byte) {
		if op == opAuthResponse {
			got <- string(body)
		}
		if op == opStartup {
			return opAuthenticate, text(class)
		}
		return asksPassword(0, op)
	}))
	login := a.write("login", 0o600, []byte("[ui]\npassword = no\n[authentication]\nusername = cwb\npassword =  s3cr3t=;#\" \n[ssl]\npassword = no\n"))
	_, _ = connectCQL(t.Context(), config.Cassandra{Address: address, CredentialsFile: login}, 10*time.Second)
	select {
	case sent := <-got:
		if !strings.HasSuffix(sent, "\x00cwb\x00s3cr3t=;#\"") {
			t.Errorf("sent %q", sent)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no password was sent")
	}
}

func TestFilesOfALogin(t *testing.T) {
	a := newAuthority(t)
	cert, key, _ := a.issue("cwb", time.Now().Add(time.Hour))
	_, otherKey, _ := a.issue("other", time.Now().Add(time.Hour))
	good := []byte("[authentication]\nusername = u\npassword = s3cr3t\n")
	plain := listen(t, func(net.Conn) {})
	for name, c := range map[string]struct {
		node config.Cassandra
		says string
	}{
		"missing":              {config.Cassandra{CredentialsFile: "/nowhere/x"}, "/nowhere/x"},
		"others may read it":   {config.Cassandra{CredentialsFile: a.write("open", 0o604, good)}, "chmod 600"},
		"a folder":             {config.Cassandra{CredentialsFile: a.dir}, "no regular file"},
		"no section":           {config.Cassandra{CredentialsFile: a.write("bare", 0o600, good[len("[authentication]"):])}, "[authentication]"},
		"no password":          {config.Cassandra{CredentialsFile: a.write("half", 0o600, good[:len("[authentication]\nusername = u\n")])}, "username and password"},
		"huge":                 {config.Cassandra{CredentialsFile: a.write("huge", 0o600, make([]byte, secretfile.MaxBytes+1))}, "more than a file of secrets"},
		"no ca":                {node("", "", "/nowhere/ca.pem"), "/nowhere/ca.pem"},
		"ca is something else": {node("", "", key), "no certificate in PEM"},
		"key of another":       {node("", "", a.file, cert, otherKey), "cert_file and key_file"},
		"key for all to read":  {node("", "", a.file, cert, a.write("open.key", 0o644, good)), "chmod 600"},
		"no key":               {node("", "", a.file, cert, "/nowhere/key"), "/nowhere/key"},
	} {
		t.Run(name, func(t *testing.T) {
			c.node.Address = plain
			_, err := connectCQL(t.Context(), c.node, time.Second)
			if !errors.Is(err, executor.ErrRefused) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
	for _, section := range []string{"authentication", "PlainTextAuthProvider", "plain_text_auth"} {
		c, err := readCredentials(a.write("ok", 0o600, []byte("\xef\xbb\xbf["+section+"]\r\nUsername=u\r\npassword = p w \r\n")))
		if err != nil || c != (credentials{"u", "p w"}) {
			t.Errorf("%s: %+v, %v", section, c, err)
		}
	}
}
