package testbed

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-sql-driver/mysql"
)

// MariaDBOptions says what server [StartMariaDB] starts.
type MariaDBOptions struct {
	// Version is 10.11 unless set.
	Version MariaDBVersion
	// Dir is the server's directory: data, log and socket. It is made when it does not exist;
	// one that a server has run in before is used again, data included.
	Dir string
	// BinLog turns the binary log on, and with it positions and GTIDs.
	BinLog bool
	// Args are added to the server's command line.
	Args []string
}

// MariaDB is a MariaDB server that belongs to this process.
type MariaDB struct {
	Dir          string // what MariaDBOptions said
	DataDir      string
	Socket       string
	Host         string // a loopback address of its own
	Port         int
	User         string // may do everything; connects over the socket and over TCP
	Password     string // of User; made anew for each directory
	DefaultsFile string // an option file with User, Password and Socket, readable by its owner only
	BinDir       string // where this version's client programs are: mariadb, mariadb-dump

	programs    mariadbPrograms
	options     MariaDBOptions
	process     *process
	reservation *reservation
}

const (
	mariadbPort     = 3306
	mariadbPatience = 60 * time.Second
	adminUser       = "cwb"
)

// StartMariaDB starts a server and returns when it answers. It installs the server's programs
// first where they are missing.
func StartMariaDB(ctx context.Context, options MariaDBOptions) (*MariaDB, error) {
	programs, err := options.Version.prepare(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("start mariadb: %w", err)
	}
	m := &MariaDB{
		Dir:          dir,
		DataDir:      filepath.Join(dir, "data"),
		Socket:       filepath.Join(dir, "mysqld.sock"),
		DefaultsFile: filepath.Join(dir, "admin.cnf"),
		User:         adminUser,
		BinDir:       programs.binDir,
		programs:     programs,
		options:      options,
	}
	if err := m.checkSocketLength(); err != nil {
		return nil, err
	}
	network, reservation, err := reserveNetwork()
	if err != nil {
		return nil, fmt.Errorf("start mariadb: %w", err)
	}
	m.reservation, m.Host, m.Port = reservation, network+".1", mariadbPort
	if err := m.install(); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if err := m.Start(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if err := m.createAdmin(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// checkSocketLength refuses a path that the kernel would cut off.
func (m *MariaDB) checkSocketLength() error {
	const limit = 107 // sockaddr_un.sun_path, less its zero byte
	if len(m.Socket) > limit {
		return fmt.Errorf("start mariadb: the socket's path %q is longer than %d bytes; use a shorter directory", m.Socket, limit)
	}
	return nil
}

// install makes the data directory, unless there is one.
func (m *MariaDB) install() error {
	if err := os.MkdirAll(m.tmpDir(), 0o755); err != nil {
		return fmt.Errorf("install mariadb: %w", err)
	}
	if err := m.certify(); err != nil {
		return err
	}
	if _, err := os.Stat(m.DataDir); err == nil {
		return nil
	}
	part := m.DataDir + ".part" // of a run that was killed, perhaps
	err := os.RemoveAll(part)
	if err == nil {
		err = os.CopyFS(part, os.DirFS(m.programs.data))
	}
	if err == nil {
		err = os.Rename(part, m.DataDir)
	}
	if err != nil {
		return fmt.Errorf("install mariadb in %q: %w", m.DataDir, err)
	}
	return nil
}

// tmpDir is the server's own: a starting mariadbd deletes every #sql-temptable* it finds in
// its tmpdir, those of a server beside it too.
func (m *MariaDB) tmpDir() string { return filepath.Join(m.Dir, "tmp") }

// identity gives the arguments that all of MariaDB's programs get: no settings of the machine,
// and leave to run as root.
func (m *MariaDB) identity() []string {
	args := []string{"--no-defaults"}
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	return args
}

func (m *MariaDB) arguments() []string {
	args := append(m.identity(), m.programs.args...)
	args = append(args,
		"--datadir="+m.DataDir,
		"--tmpdir="+m.tmpDir(),
		"--socket="+m.Socket,
		"--pid-file="+filepath.Join(m.Dir, "mysqld.pid"),
		"--bind-address="+m.Host,
		fmt.Sprintf("--port=%d", m.Port),
		"--skip-name-resolve",
		"--innodb-buffer-pool-size=64M",
		"--innodb-log-file-size=32M",
		"--innodb-flush-log-at-trx-commit=2", // survives a killed server, which is all that happens here
	)
	if m.options.Version == MariaDB114 {
		args = append(args, "--ssl-cert="+filepath.Join(m.Dir, certificateFile), "--ssl-key="+filepath.Join(m.Dir, keyFile))
	}
	if m.options.BinLog {
		args = append(args, "--log-bin="+filepath.Join(m.DataDir, "binlog"), "--server-id=1")
	}
	return append(args, m.options.Args...)
}

// Start starts the server again, on the same address and data, after [MariaDB.Stop] or
// [MariaDB.Kill].
func (m *MariaDB) Start(ctx context.Context) error {
	if m.process != nil && m.process.running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, mariadbPatience)
	defer cancel()
	argv := append([]string{m.programs.server}, m.arguments()...)
	process, err := startProcess("mariadb", m.Log(), argv...)
	if err != nil {
		return err
	}
	m.process = process
	return process.await(ctx, m.ping)
}

// ping tells whether the server answers. Before the admin exists, a refusal is an answer too.
func (m *MariaDB) ping(ctx context.Context) error {
	db, err := m.Open("")
	if err != nil {
		return err
	}
	defer db.Close()
	err = db.PingContext(ctx)
	if refused := (*mysql.MySQLError)(nil); errors.As(err, &refused) {
		return nil
	}
	return err
}

// createAdmin makes User with a new password, and leaves root the socket only.
func (m *MariaDB) createAdmin(ctx context.Context) error {
	password := rand.Text()
	statements := []string{
		"SET SESSION sql_log_bin = 0",
		"DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost'",
		"FLUSH PRIVILEGES",
	}
	for _, host := range []string{"localhost", "127.0.0.0/255.0.0.0"} {
		statements = append(statements,
			fmt.Sprintf("CREATE OR REPLACE USER '%s'@'%s' IDENTIFIED BY '%s'", adminUser, host, password),
			fmt.Sprintf("GRANT ALL ON *.* TO '%s'@'%s' WITH GRANT OPTION", adminUser, host))
	}
	if err := m.asRoot(ctx, statements); err != nil {
		return fmt.Errorf("set up mariadb: %w", err)
	}
	m.Password = password
	text := fmt.Sprintf("[client]\nuser=%s\npassword=%s\nsocket=%s\n", m.User, m.Password, m.Socket)
	if err := os.WriteFile(m.DefaultsFile, []byte(text), 0o600); err != nil {
		return fmt.Errorf("set up mariadb: %w", err)
	}
	return nil
}

// asRoot runs the statements in one session of root.
func (m *MariaDB) asRoot(ctx context.Context, statements []string) error {
	db, err := OpenMariaDB(m.Socket, "root", "", "")
	if err != nil {
		return err
	}
	defer db.Close()
	session, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	for _, statement := range statements {
		if _, err := session.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Open gives a connection pool as User over the socket. The database may be empty.
func (m *MariaDB) Open(database string) (*sql.DB, error) {
	return OpenMariaDB(m.Socket, m.User, m.Password, database)
}

// OpenMariaDB gives a connection pool over a server's socket. The database may be empty.
func OpenMariaDB(socket, user, password, database string) (*sql.DB, error) {
	config := mysql.NewConfig()
	config.User, config.Passwd, config.DBName = user, password, database
	config.Net, config.Addr = "unix", socket
	config.Logger = &mysql.NopLogger{} // a server that is starting cuts connections
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("open mariadb: %w", err)
	}
	return sql.OpenDB(connector), nil
}

// Address is the server's TCP address, host:port.
func (m *MariaDB) Address() string { return fmt.Sprintf("%s:%d", m.Host, m.Port) }

// Log is the path of the server's log.
func (m *MariaDB) Log() string { return filepath.Join(m.Dir, "mariadb.log") }

// Pid is the process id of the server that was started last.
func (m *MariaDB) Pid() int { return m.process.pid }

// Stop shuts the server down in good order. Its data stays.
func (m *MariaDB) Stop(ctx context.Context) error { return m.process.stop(ctx) }

// Kill ends the server at once, as a crash would. Its data stays.
func (m *MariaDB) Kill() error { return m.process.kill() }

// Close kills the server, if it runs, and gives its address back. Its directory stays.
func (m *MariaDB) Close() error {
	defer m.reservation.release()
	if m.process == nil {
		return nil
	}
	return m.process.kill()
}
