// Command cwb backs up a Clearwater deployment: it compares the backups that exist with the
// policy, prints what it would do, and does exactly that.
package main

import (
	"os"
	"time"
	_ "time/tzdata" // schedules need zones on machines that have none installed
)

// version is set by the linker; a build without it says so.
var version = "0.1.0-dev"

func main() {
	os.Exit(supervise(os.Args, os.Environ(), func() int {
		return run(&app{
			args:    os.Args[1:],
			environ: os.Environ(),
			stdin:   os.Stdin,
			stdout:  os.Stdout,
			stderr:  os.Stderr,
			now:     time.Now,
			signals: watchSignals(),
		})
	}))
}
