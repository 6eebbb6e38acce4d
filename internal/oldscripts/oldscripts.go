package oldscripts

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

//go:embed scripts
var sources embed.FS

// Scripts says where the scripts work, and with which commands.
type Scripts struct {
	Backups   string   // where they put their backups
	Data      string   // Cassandra's data directory
	Nodetool  []string // no word of it may hold a space
	MySQLDump []string // likewise
}

// Ellis dumps the database ellis to BACKUPS/<seconds>/db_backup.sql.
func (s Scripts) Ellis(ctx context.Context) (string, error) { return s.run(ctx, "ellis.sh") }

// Snapshot is the first generation for Cassandra: snapshots in the data directory.
func (s Scripts) Snapshot(ctx context.Context, keyspace string) (string, error) {
	return s.run(ctx, "snapshot.sh", keyspace)
}

// Linked is the second generation: hard links under BACKUPS/<snapshot>/<table>.
func (s Scripts) Linked(ctx context.Context, keyspace string) (string, error) {
	return s.run(ctx, "linked.sh", keyspace)
}

// Cleared is the last generation: hard links under BACKUPS/<keyspace>/<snapshot>/<table>-<id>,
// and no snapshot of the keyspace is left.
func (s Scripts) Cleared(ctx context.Context, keyspace string) (string, error) {
	return s.run(ctx, "cleared.sh", keyspace)
}

// run runs a script and gives what it printed. The error tells its exit status, which says
// little: see the scripts.
func (s Scripts) run(ctx context.Context, script string, args ...string) (string, error) {
	source, err := sources.ReadFile("scripts/" + script)
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "bash", append([]string{"-c", string(source), script}, args...)...)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "BACKUPS=" + s.Backups, "DATA=" + s.Data,
		"NODETOOL=" + strings.Join(s.Nodetool, " "), "MYSQLDUMP=" + strings.Join(s.MySQLDump, " "),
	}
	output, err := command.CombinedOutput()
	if err != nil {
		return string(output), fmt.Errorf("%s %v: %w\n%s", script, args, err, output)
	}
	return string(output), nil
}
