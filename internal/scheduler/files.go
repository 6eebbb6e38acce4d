package scheduler

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A Kind is what starts cwb. There are no others than these.
type Kind string

// The kinds, spelled as in a policy.
const (
	None    Kind = "none" // the operator's own means
	Systemd Kind = "systemd"
	Cron    Kind = "cron"
)

// A File is what a file of the machine should hold.
type File struct {
	Path    string      // absolute
	Mode    fs.FileMode // permission bits
	Content string
}

// Files returns the files that start the jobs, in the order of their paths; none for [None]
// or without a job. All jobs must be of one deployment, each of another block. An error
// holds [ErrJob] or [ErrZone], and then there are no files.
func Files(kind Kind, jobs []Job) ([]File, error) {
	if err := checkAll(jobs); err != nil {
		return nil, err
	}
	sorted := slices.SortedFunc(slices.Values(jobs), func(a, b Job) int { return cmp.Compare(a.Block, b.Block) })
	switch kind {
	case None:
		return nil, nil
	case Systemd:
		return units(sorted)
	case Cron:
		return crontab(sorted)
	}
	return nil, fmt.Errorf("%w: there is no scheduler %q, only none, systemd and cron", ErrJob, kind)
}

// checkAll refuses jobs that are wrong, or do not belong together.
func checkAll(jobs []Job) error {
	seen := map[string]bool{}
	for _, job := range jobs {
		if err := job.check(); err != nil {
			return err
		}
		if job.Deployment != jobs[0].Deployment {
			return fmt.Errorf("%w: deployments %q and %q in one request", ErrJob, jobs[0].Deployment, job.Deployment)
		}
		if seen[job.Block] {
			return fmt.Errorf("%w: backup %q twice", ErrJob, job.Block)
		}
		seen[job.Block] = true
	}
	return nil
}

// Owned reports whether the content of an existing file is cwb's, for this deployment: only
// then may it be replaced or removed.
func Owned(content, deployment string) bool {
	first, _, whole := strings.Cut(content, "\n")
	return whole && first == header(deployment)
}

// header returns the first line of every file.
func header(deployment string) string {
	return fmt.Sprintf("# Managed by cwb (deployment %q). Change the policy, then run: cwb plan, cwb apply.", deployment)
}
