// Package scheduler writes the texts that make a machine start cwb when a backup is due:
// systemd units, or a file for cron. It also finds what the old scripts left there.
//
// # What it promises
//
//   - It is text only. Nothing is read from or written to the machine, and no unit is
//     enabled; the same jobs always give the same bytes.
//   - Whatever falls due by package schedule has a start at that moment. systemd leaves out
//     a time that the clock jumps over, in some zones the rest of that day too, and the
//     second of two equal times; for these a timer has further lines, in UTC. cron needs
//     none: Debian's and cronie start at once what the clock jumped over.
//   - Two blocks due at one moment run one after the other and not against each other: each
//     start waits, under flock, for the one before, and then plans afresh. It gives up after
//     twelve hours with cwb's own status for a held lock, 11.
//   - A path reaches cwb as it is, whatever it contains, or the job is refused: nothing in a
//     job can add a line, a variable, or a command.
//   - Every file begins with a line that names its deployment. [Owned] knows it; a file that
//     does not begin so is somebody else's and must neither be replaced nor removed.
//
// # What it refuses
//
// Cron follows the clock of its machine (Debian's knows no CRON_TZ), so a policy of another
// zone cannot be written for it: [ErrZone]. Relative paths, names outside
// [a-z][a-z0-9_-]{0,31}, and expressions without a stated minute are [ErrJob].
//
// A name may hold hyphens, so "cwb-a-b-c.timer" is block c of a-b as well as block b-c of a.
// The first line tells them apart.
//
// Start at [Files].
package scheduler
