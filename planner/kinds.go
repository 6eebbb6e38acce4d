package planner

// The kinds of finding about backups, places and schedules. They are stable: scripts and
// dashboards look for them.
const (
	KindNodeUnreachable       = "node_unreachable"         // the place could not be read at all
	KindServerDown            = "server_down"              // the server does not answer, or not say who it is
	KindIdentityChanged       = "identity_changed"         // another server than the backups are of
	KindOtherServer           = "other_server"             // single backups of another server
	KindTakeRefused           = "take_refused"             // the engine would refuse a take
	KindLockHeld              = "lock_held"                // somebody works there
	KindRunning               = "running"                  // a backup is being taken
	KindPlaceProblem          = "place_problem"            // permissions, room, strange files
	KindServerNote            = "server_note"              // worth knowing, harmless
	KindForeignInSnapshotPath = "foreign_in_snapshot_path" // a foreign backup lies in cwb's own directory
	KindRecordUnreadable      = "record_unreadable"        // nothing is removed beside it
	KindBackupPartial         = "backup_partial"
	KindBackupDamaged         = "backup_damaged"
	KindNeverVerified         = "never_verified" // good, but nobody has read it
	KindFutureDated           = "future_dated"
	KindClock                 = "clock" // the newest set of a block is dated ahead
	KindSetIncomplete         = "set_incomplete"
	KindRingNotCovered        = "ring_not_covered" // hosts of a ring are in no set of a block
	KindRingChanging          = "ring_changing"    // a host of a ring is joining, leaving or moving
	KindSlotMissed            = "slot_missed"      // more than one slot without a complete set
	KindOverdue               = "overdue"          // a slot passed an hour ago, and nothing complete was taken for it; cwb status only
	KindShrunken              = "shrunken"         // the newest complete set is, and nobody accepted it
	KindBelowFloor            = "below_floor"
	KindOrphanBlock           = "orphan_block" // backups of a block that is gone
	KindLegacyScriptActive    = "legacy_script_active"
	KindScheduleNotWritable   = "schedule_not_expressible" // cron in another zone, or an unknown machine
)
