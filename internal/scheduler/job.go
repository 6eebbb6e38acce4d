package scheduler

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	// ErrJob is in the chain of every error about a job that cannot be written for any
	// scheduler.
	ErrJob = errors.New("cannot be scheduled")

	// ErrZone is in the chain of the error about a policy whose zone is not that of the
	// machine, where the scheduler is cron. It calls for a finding: systemd can do it.
	ErrZone = errors.New("cron follows the machine's own time zone")
)

// A Job is one backup block that has a schedule.
type Job struct {
	Deployment  string         // label
	Block       string         // label of the backup block
	Expr        string         // cron expression; five fields or @hourly, @daily, @weekly, @monthly
	Zone        *time.Location // of the policy, with its IANA name; never time.Local
	Command     []string       // how cwb is started: its absolute path, then any global flags
	PolicyPath  string         // absolute
	User        string         // whom it runs as; root if empty
	MachineZone string         // IANA name of the zone that cron follows; "" if unknown; only read for Cron
}

// label is what the policy accepts as a name.
var label = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// zoneName is the shape of the names in the zone database.
var zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`)

// check refuses a job of which any part could not be written safely.
func (j Job) check() error {
	for _, name := range []string{j.Deployment, j.Block, j.user()} {
		if !label.MatchString(name) {
			return fmt.Errorf("%w: %q is no name of a deployment, backup block or user", ErrJob, name)
		}
	}
	if j.Zone == nil || j.Zone == time.Local || !zoneName.MatchString(j.Zone.String()) {
		return fmt.Errorf("%w: backup %q: %q is no time zone's name", ErrJob, j.Block, j.Zone)
	}
	if len(j.Command) == 0 || !path.IsAbs(j.Command[0]) || !path.IsAbs(j.PolicyPath) {
		return fmt.Errorf("%w: backup %q: the paths of cwb %q and of the policy %q must be absolute", ErrJob, j.Block, j.Command, j.PolicyPath)
	}
	for _, arg := range j.argv() {
		if !printable(arg) {
			return fmt.Errorf("%w: backup %q: %q holds what no unit or crontab can: a line break, a control character, invalid UTF-8 or over 4096 bytes", ErrJob, j.Block, arg)
		}
	}
	return nil
}

// user returns whom the job runs as.
func (j Job) user() string {
	if j.User == "" {
		return "root"
	}
	return j.User
}

// argv returns the whole command. flock makes starts of one deployment queue: a second cwb
// would otherwise meet the first one's lock and fail. -o keeps the lock from processes that
// outlive cwb, such as the master of a shared ssh connection.
func (j Job) argv() []string {
	argv := []string{"/usr/bin/flock", "-o", "-w", "43200", "-E", "11", "/run/lock/cwb-" + j.Deployment + "-schedule.lock"}
	argv = append(argv, j.Command...)
	return append(argv, "apply", "--auto-approve", "--policy", j.PolicyPath)
}

// printable reports whether an argument is text that fits on a line.
func printable(arg string) bool {
	return len(arg) <= 4096 && utf8.ValidString(arg) && !strings.ContainsFunc(arg, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}
