package config

import (
	"net"

	"github.com/hashicorp/hcl/v2"
)

// tls reads the block that asks for encryption; nil where there is none.
func (v *resolver) tls(blocks []rawTLS) *CassandraTLS {
	if len(blocks) == 0 {
		return nil
	}
	if len(blocks) > 1 {
		v.r.errorf(blocks[1].Def, "Duplicate block", "A node has one tls block at most; the first is at %s.", place(blocks[0].Def))
	}
	raw := blocks[0]
	v.checkPair(raw.CertFile, raw.KeyFile, "key_file", "the private key of the certificate")
	v.checkPair(raw.KeyFile, raw.CertFile, "cert_file", "the certificate of the private key")
	return &CassandraTLS{
		CAFile:     v.file(raw.CAFile, "/etc/cwb/cassandra-ca.pem"),
		CertFile:   v.file(raw.CertFile, "/etc/cwb/cwb.pem"),
		KeyFile:    v.file(raw.KeyFile, "/etc/cwb/cwb.key"),
		ServerName: v.serverName(raw.ServerName),
	}
}

// checkPair wants the other one beside an argument that is nothing without it.
func (v *resolver) checkPair(attr, other *hcl.Attribute, name, what string) {
	if attr != nil && other == nil {
		v.r.errorf(attr.NameRange, "Missing required argument", "%q alone proves nothing to the server. Add %q, the path of %s.", attr.Name, name, what)
	}
}

// file reads the path of one file; empty where the argument is not given.
func (v *resolver) file(attr *hcl.Attribute, example string) string {
	if attr == nil {
		return ""
	}
	t, _ := v.path(attr, example)
	return t.value
}

// serverName reads a bare host name or IP address.
func (v *resolver) serverName(attr *hcl.Attribute) string {
	if attr == nil {
		return ""
	}
	t, ok := v.eval.str(attr, "cassandra-1.example.com")
	if ok && net.ParseIP(t.value) == nil && !hostName.MatchString(t.value) {
		v.r.errorf(t.at, "Invalid server name", "%q is the host name or address that the server's certificate is for, without a port, such as \"cassandra-1.example.com\"; %s is none.", attr.Name, t.shown)
	}
	return t.value
}
