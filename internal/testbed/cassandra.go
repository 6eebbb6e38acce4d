package testbed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gocql/gocql"
)

// CassandraOptions says what server [StartCassandra] starts.
type CassandraOptions struct {
	// Version is 5.0 unless set.
	Version CassandraVersion
	// Dir is the server's directory: configuration, data and log. It is made when it does not
	// exist; one that a server of the same cluster has run in before is used again.
	Dir string
	// ClusterName is "testbed" when empty.
	ClusterName string
	// DataDirs is the number of data directories; 0 means one.
	DataDirs int
	// Settings override or add top-level settings of cassandra.yaml; the values are YAML.
	Settings map[string]string
	// JavaArgs are added to the server's Java command line, such as "-Xmx1G".
	JavaArgs []string
	// Host is the loopback address to use; empty means one of its own.
	Host string
	// Seed is the address of a node of the ring to join; empty means a new ring.
	Seed string
}

// Cassandra is a Cassandra server that belongs to this process.
type Cassandra struct {
	Dir         string // what CassandraOptions said
	ClusterName string
	Host        string // a loopback address of its own
	CQLPort     int
	JMXPort     int // on 127.0.0.1
	DataDirs    []string
	Nodetool    []string // how nodetool is called for this server: a program and its first arguments

	storagePort  int
	options      CassandraOptions
	programs     cassandraPrograms
	process      *process
	reservations []*reservation
}

const (
	cassandraCQLPort     = 9042
	cassandraStoragePort = 7000
	cassandraPatience    = 3 * time.Minute
)

// StartCassandra starts a server and returns when it answers CQL, having joined its ring. It
// installs what the server needs first where that is missing.
func StartCassandra(ctx context.Context, options CassandraOptions) (*Cassandra, error) {
	programs, err := options.Version.prepare(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("start cassandra: %w", err)
	}
	c := &Cassandra{
		Dir:         dir,
		ClusterName: options.ClusterName,
		CQLPort:     cassandraCQLPort,
		storagePort: cassandraStoragePort,
		options:     options,
		programs:    programs,
	}
	if c.ClusterName == "" {
		c.ClusterName = "testbed"
	}
	if err := c.reserve(); err != nil {
		return nil, errors.Join(fmt.Errorf("start cassandra: %w", err), c.Close())
	}
	if err := c.configure(); err != nil {
		return nil, errors.Join(fmt.Errorf("configure cassandra: %w", err), c.Close())
	}
	if err := c.Start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// reserve finds the addresses that the server will listen on.
func (c *Cassandra) reserve() error {
	c.Host = c.options.Host
	if c.Host == "" {
		network, reservation, err := reserveNetwork()
		if err != nil {
			return err
		}
		c.reservations = append(c.reservations, reservation)
		c.Host = network + ".1"
	}
	for _, port := range []int{c.CQLPort, c.storagePort} {
		if err := portFree(c.Host, port); err != nil {
			return err
		}
	}
	// Without passwords, Java's management port listens on 127.0.0.1 only.
	port, reservation, err := reservePort("127.0.0.1")
	if err != nil {
		return err
	}
	c.reservations = append(c.reservations, reservation)
	c.JMXPort = port
	return nil
}

// configure writes everything that the server and nodetool read.
func (c *Cassandra) configure() error {
	for i := range max(1, c.options.DataDirs) {
		name := "data"
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		c.DataDirs = append(c.DataDirs, filepath.Join(c.Dir, name))
	}
	for _, dir := range append([]string{c.confDir(), c.tmpDir(), filepath.Join(c.Dir, "bin")}, c.DataDirs...) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(c.configFile(), []byte(c.yaml()), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(c.logbackFile("server"), []byte(logback("INFO")), 0o644); err != nil {
		return err
	}
	return c.writeNodetool()
}

func (c *Cassandra) confDir() string    { return filepath.Join(c.Dir, "conf") }
func (c *Cassandra) tmpDir() string     { return filepath.Join(c.Dir, "tmp") }
func (c *Cassandra) configFile() string { return filepath.Join(c.confDir(), "cassandra.yaml") }
func (c *Cassandra) logbackFile(program string) string {
	return filepath.Join(c.confDir(), "logback-"+program+".xml")
}

// Start starts the server again, on the same addresses and data, after [Cassandra.Stop] or
// [Cassandra.Kill].
func (c *Cassandra) Start(ctx context.Context) error {
	if c.process != nil && c.process.running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cassandraPatience)
	defer cancel()
	process, err := startProcess("cassandra", c.Log(), c.serverCommand()...)
	if err != nil {
		return err
	}
	c.process = process
	return process.await(ctx, c.answers)
}

// answers tells whether the server takes CQL connections, which it does when it has joined.
func (c *Cassandra) answers(ctx context.Context) error {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", c.Address())
	if err != nil {
		return err
	}
	return connection.Close()
}

// Session opens a CQL session with this server alone. The keyspace may be empty.
func (c *Cassandra) Session(keyspace string) (*gocql.Session, error) {
	return OpenCQL(c.Address(), keyspace)
}

// OpenCQL opens a CQL session with the one server at address, host:port, whatever ring it is
// in. The keyspace may be empty.
func OpenCQL(address, keyspace string) (*gocql.Session, error) {
	cluster := gocql.NewCluster(address)
	cluster.Keyspace = keyspace
	cluster.ProtoVersion = 4 // gocql 1 lacks the framing of version 5
	cluster.DisableInitialHostLookup = true
	cluster.Consistency = gocql.One
	cluster.ConnectTimeout = 10 * time.Second
	cluster.Timeout = 2 * time.Minute           // dropping a keyspace took longer than 30 s on a busy machine
	cluster.Logger = log.New(io.Discard, "", 0) // what matters comes back as errors
	session, err := cluster.CreateSession()
	if err != nil {
		return nil, fmt.Errorf("open CQL session with %s: %w", address, err)
	}
	return session, nil
}

// Address is the server's CQL address, host:port.
func (c *Cassandra) Address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.CQLPort)) }

// Log is the path of the server's log.
func (c *Cassandra) Log() string { return filepath.Join(c.Dir, "cassandra.log") }

// Pid is the process id of the server that was started last.
func (c *Cassandra) Pid() int { return c.process.pid }

// Stop shuts the server down in good order. Its data stays.
func (c *Cassandra) Stop(ctx context.Context) error { return c.process.stop(ctx) }

// Kill ends the server at once, as a crash would. Its data stays.
func (c *Cassandra) Kill() error { return c.process.kill() }

// Close kills the server, if it runs, and gives its addresses back. Its directory stays.
func (c *Cassandra) Close() error {
	defer func() {
		for _, reservation := range c.reservations {
			reservation.release()
		}
	}()
	if c.process == nil {
		return nil
	}
	return c.process.kill()
}
