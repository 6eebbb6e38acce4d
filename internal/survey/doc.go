// Package survey looks at the machine it runs on and writes the first policy for it, as
// "cwb init" prints it: which servers' sockets and data directories are there, which
// databases and keyspaces they hold, and where the old scripts kept their backups.
//
// It looks at file names only: it connects to nothing, and what it cannot see it says in a
// comment. Start at [Look].
package survey
