package mysqlengine

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"cwb/internal/backup"
)

// product is what server this is, as far as behaviour depends on it.
type product struct {
	server  backup.Server
	mariadb bool
	release [3]int
}

var releaseNumber = regexp.MustCompile(`^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)`)

// readProduct asks the server for its product and version.
func readProduct(ctx context.Context, s *session) (product, error) {
	r, err := s.query(ctx, "SELECT @@version AS v, @@version_comment AS c")
	if err != nil {
		return product{}, fmt.Errorf("ask for the version: %w", err)
	}
	return parseProduct(r.text(r.rows[0], "v"), r.text(r.rows[0], "c")), nil
}

func parseProduct(version, comment string) product {
	p := product{server: backup.Server{Product: "MySQL", Version: version}}
	switch lower := strings.ToLower(version + " " + comment); {
	case strings.Contains(lower, "mariadb"):
		p.mariadb, p.server.Product = true, "MariaDB"
	case strings.Contains(lower, "percona"):
		p.server.Product = "Percona Server"
	}
	if m := releaseNumber.FindStringSubmatch(version); m != nil {
		for i := range p.release {
			p.release[i], _ = strconv.Atoi(m[i+1]) // digits only, and a number too large is 0
		}
	}
	return p
}

// atLeast compares with a release of the same product.
func (p product) atLeast(major, minor, patch int) bool {
	for i, want := range [3]int{major, minor, patch} {
		if p.release[i] != want {
			return p.release[i] > want
		}
	}
	return true
}

// supported says why a server is too old, or "".
func (p product) supported() string {
	if p.mariadb && !p.atLeast(10, 3, 0) {
		return fmt.Sprintf("MariaDB %s is older than 10.3, the oldest that cwb takes; upgrade it, or keep its mysqldump", p.server.Version)
	}
	if !p.mariadb && !p.atLeast(5, 6, 0) {
		return fmt.Sprintf("%s %s is older than 5.6, the oldest that cwb takes; upgrade it, or keep its mysqldump", p.server.Product, p.server.Version)
	}
	return ""
}

// notes are what an operator should know about the product.
func (p product) notes() []string {
	if p.mariadb {
		return nil
	}
	return []string{p.server.Product + ": not tested on a real server; cwb is tested on MariaDB"}
}

// readIdentity is what makes this server this server. On another machine, whose machine id
// cannot be read, its host name stands in.
func (e *Engine) readIdentity(ctx context.Context, s *session) (backup.Identity, error) {
	r, err := s.query(ctx, "SELECT @@hostname AS h, @@datadir AS d")
	if err != nil {
		return backup.Identity{}, fmt.Errorf("ask for the identity: %w", err)
	}
	id := backup.Identity{Machine: r.text(r.rows[0], "h"), DataDir: r.text(r.rows[0], "d")}
	if e.local() {
		if id.Machine, err = readMachineID(e.opts.MachineID); err != nil {
			return backup.Identity{}, err
		}
	}
	for _, variable := range []string{"@@server_uuid", "@@server_uid"} { // MySQL 5.6, MariaDB 10.11.9
		uuid, err := s.one(ctx, "SELECT "+variable)
		if err != nil && !isServerError(err, errUnknownVariable) {
			return backup.Identity{}, fmt.Errorf("ask for the identity: %w", err)
		}
		if uuid != "" {
			id.ServerUUID = uuid
		}
	}
	return id, nil
}

func readMachineID(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the machine id: %w; systemd-machine-id-setup makes one", err)
	}
	id := strings.TrimSpace(string(text))
	if id == "" {
		return "", fmt.Errorf("the machine id in %q is empty; systemd-machine-id-setup makes one", path)
	}
	return id, nil
}
