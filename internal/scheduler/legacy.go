package scheduler

import (
	"path"
	"regexp"
	"strings"
)

// A LegacyEntry is an active entry that runs one of the scripts cwb replaces. Their rotation
// deletes whatever lies beside their backups.
type LegacyEntry struct {
	Path        string // of the file, as it was given
	Line        int    // counted from 1
	Text        string // the line, without surrounding space
	EveryMinute bool   // the minute is not stated: it runs sixty times in each hour that matches
}

// script is the name that all four generations of the old backup scripts have, as a word.
var script = regexp.MustCompile(`(^|[\s/'"=;&|(])do_backup\.sh($|[\s'";&|)<>])`)

// entryStart is how an entry of a crontab begins; settings and comments begin otherwise.
var entryStart = regexp.MustCompile(`^-?([0-9*@~])`)

// everyMinute is a minute field that matches every minute.
var everyMinute = regexp.MustCompile(`^-?(\*(/0*1)?|0-59)$`)

// Legacy returns the entries of a crontab, or of a script under /etc/cron.daily and its
// siblings, that run the old backup scripts. Comments and settings are not entries.
func Legacy(file, content string) (entries []LegacyEntry) {
	number := 0
	for line := range strings.Lines(content) {
		number++
		text := strings.TrimSpace(line)
		command, _, _ := strings.Cut(text, " #")
		if strings.HasPrefix(text, "#") || !script.MatchString(command) {
			continue
		}
		if !isScript(file) && !entryStart.MatchString(text) {
			continue
		}
		minute := strings.Fields(text)[0]
		entries = append(entries, LegacyEntry{Path: file, Line: number, Text: text, EveryMinute: everyMinute.MatchString(minute)})
	}
	return entries
}

// isScript reports whether the file is a program that cron runs, and not a crontab.
func isScript(file string) bool {
	switch path.Base(path.Dir(file)) {
	case "cron.hourly", "cron.daily", "cron.weekly", "cron.monthly":
		return true
	}
	return false
}
