// Package oldscripts re-creates the backup scripts that cwb replaces, for tests only: what
// they leave on disk must be recognised and never removed, and what they get wrong is what
// cwb must get right. The scripts are written anew from a description of what the original
// ones do, defects included; only their paths and commands can be chosen.
//
// Start at [Scripts].
package oldscripts
