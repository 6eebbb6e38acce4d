package config

import (
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// hostName is deliberately narrow: what passes can never be taken for an option, a path or
// two arguments.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9.])?$`)

// address reads HOST:PORT.
func (v *resolver) address(attr *hcl.Attribute, example string) string {
	t, ok := v.eval.str(attr, example)
	if !ok {
		return ""
	}
	if fault := addressFault(t.value); fault != "" {
		v.r.errorf(t.at, "Invalid address", "The address %s %s. Write a host and a port, such as %q.", t.shown, fault, example)
		return ""
	}
	return t.value
}

func addressFault(address string) string {
	host, port, err := net.SplitHostPort(address)
	switch {
	case strings.Contains(address, "://"):
		return "is a URL"
	case strings.Contains(address, "@"):
		return "names a user"
	case err != nil && !strings.Contains(address, ":"):
		return "has no port"
	case err != nil:
		return "is not of the form HOST:PORT (an IPv6 host stands in brackets)"
	case strings.HasPrefix(host, "-"):
		return "begins with -"
	case net.ParseIP(host) == nil && !hostName.MatchString(host):
		return "has no valid host name"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
		return "has a port that is no number from 1 to 65535"
	}
	return ""
}

// sameAddress is one spelling for all that certainly mean the same server.
func sameAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip := net.ParseIP(host); ip != nil {
		host = ip.String()
		if ip.IsLoopback() && (host == "127.0.0.1" || host == "::1") {
			host = "localhost"
		}
	}
	return net.JoinHostPort(host, port)
}
