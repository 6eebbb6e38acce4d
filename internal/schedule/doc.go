// Package schedule turns a cron expression and a time zone into slots: the instants at
// which a backup falls due.
//
// It exists because "every night at half past two" is a promise about the clock on the
// wall, and that clock jumps twice a year. Most cron libraries skip the night in spring
// and run twice in autumn; a backup tool may do neither.
//
// # What it promises
//
//   - A slot is the first instant at which the clock shows the scheduled time, or a later
//     one. So 02:30 on a night when the clock goes from 02:00 to 03:00 falls due at 03:00,
//     the moment the gap ends; and 01:30 on a night that has two of them falls due at the
//     first. This is what Debian's cron does, and never later than what a systemd timer
//     does: whoever is woken by either finds the slot already due.
//   - A day has its slots exactly once, and a day that a zone left out (30 December 2011 in
//     Samoa) has none. Two times that fall due at one instant are one slot.
//   - A schedule of every hour follows real hours instead: it runs in both hours of a
//     repeated one and adds nothing for one that is left out.
//   - Slots are UTC. Nothing here reads a clock, and nothing depends on the machine's zone
//     unless the caller passes [time.Local].
//   - Time and memory are bounded for any input: an expression is at most [MaxLength] bytes,
//     and a search covers at most nine years (29 February can be eight years away).
//
// # What it refuses
//
// Seconds fields, TZ= and CRON_TZ= prefixes, @every, @reboot, the extensions of Quartz and
// Jenkins (L, W, #, H, ?), expressions that never fire, and expressions that two cron
// daemons read differently. The minute must be stated: "* 0 * * *" runs sixty times in the
// hour after midnight, and has done so in the field.
//
// Each refusal is an [Error], which says what is wrong and what to write instead.
//
// Zones come from the caller. The binary must work where the machine has no zone database,
// so the command imports time/tzdata; so do the tests here.
//
// Start at [Parse], then [Schedule.Prev]: the latest slot is what a plan asks about.
package schedule
