package unitfiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/google/renameio/v2"

	"cwb/executor"
	"cwb/internal/scheduler"
	"cwb/planner"
)

// The directories that cwb writes to, below Machine.Root.
const (
	unitDir = "etc/systemd/system"
	cronDir = "etc/cron.d"
)

// maxFile is the most that is read of a file: crontabs and units are small.
const maxFile = 256 << 10

// Machine is this machine's schedulers. It implements [executor.Schedules].
type Machine struct {
	Root string // "/"; tests have a directory of their own
	// Systemctl runs systemctl with arguments; nil where systemd does not run.
	Systemctl func(ctx context.Context, args ...string) error
}

var _ executor.Schedules = Machine{}

// This is the machine that the process runs on.
func This() Machine {
	m := Machine{Root: "/"}
	if _, err := os.Stat("/run/systemd/system"); err == nil { // see sd_booted(3)
		m.Systemctl = systemctl
	}
	return m
}

func systemctl(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Read returns the deployment's files and the old scripts' jobs, each in order of path.
func (m Machine) Read(ctx context.Context, deployment string) ([]planner.ScheduleFile, []planner.LegacyJob, error) {
	files, err := m.owned(deployment)
	if err != nil {
		return nil, nil, err
	}
	legacy, err := m.legacy()
	return files, legacy, errors.Join(err, ctx.Err())
}

func (m Machine) owned(deployment string) ([]planner.ScheduleFile, error) {
	var files []planner.ScheduleFile
	for _, dir := range []string{cronDir, unitDir} {
		names, err := m.names(dir)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if !strings.HasPrefix(name, "cwb-") {
				continue
			}
			path := "/" + filepath.Join(dir, name)
			content, err := m.read(path)
			if err != nil {
				return nil, err
			}
			if scheduler.Owned(content, deployment) {
				files = append(files, planner.ScheduleFile{Path: path, Content: content})
			}
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return files, nil
}

// names lists the regular files of a directory; a directory that is not there has none.
func (m Machine) names(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(m.Root, dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for unit and cron files: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (m Machine) read(path string) (string, error) {
	full := filepath.Join(m.Root, path)
	info, err := os.Stat(full)
	if err != nil {
		return "", err
	}
	if info.Size() > maxFile {
		return "", fmt.Errorf("%s has %d bytes: too much for a unit or cron file", path, info.Size())
	}
	content, err := os.ReadFile(full)
	return string(content), err
}

// legacyDirs are where cron starts jobs from; crontab(5), Debian's cron(8).
func legacyDirs() []string {
	return []string{cronDir, "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly", "var/spool/cron/crontabs", "var/spool/cron"}
}

func (m Machine) legacy() ([]planner.LegacyJob, error) {
	paths := []string{"/etc/crontab"}
	for _, dir := range legacyDirs() {
		names, err := m.names(dir)
		if errors.Is(err, fs.ErrPermission) {
			continue // crontabs of users are root's to read; the others still tell
		}
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			paths = append(paths, "/"+filepath.Join(dir, name))
		}
	}
	return m.legacyIn(paths)
}

func (m Machine) legacyIn(paths []string) ([]planner.LegacyJob, error) {
	jobs := []planner.LegacyJob{}
	for _, path := range paths {
		content, err := m.read(path)
		if err != nil {
			continue // vanished, unreadable or no crontab: nothing that starts a script
		}
		for _, e := range scheduler.Legacy(path, content) {
			jobs = append(jobs, planner.LegacyJob{Path: e.Path, Line: e.Line, Text: e.Text, EveryMinute: e.EveryMinute})
		}
	}
	return jobs, nil
}

// Write does w when the present content is as the plan expects it.
func (m Machine) Write(ctx context.Context, w planner.WriteSchedule) error {
	if err := checkPath(w.Path); err != nil {
		return err
	}
	present, err := m.read(w.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if present != w.Was {
		return fmt.Errorf("%w: %s was changed since the plan was made", executor.ErrStale, w.Path)
	}
	if w.Content == "" {
		return m.remove(ctx, w.Path)
	}
	return m.write(ctx, w)
}

// checkPath refuses everything but our names in our two directories.
func checkPath(path string) error {
	dir, name := filepath.Split(path)
	dir = strings.Trim(dir, "/")
	if (dir != unitDir && dir != cronDir) || !strings.HasPrefix(name, "cwb-") || filepath.Clean(path) != path {
		return fmt.Errorf("%q is no unit or cron file of cwb's", path)
	}
	return nil
}

func (m Machine) write(ctx context.Context, w planner.WriteSchedule) error {
	full := filepath.Join(m.Root, w.Path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", w.Path, err)
	}
	if err := removeLeftovers(full); err != nil {
		return fmt.Errorf("write %s: %w", w.Path, err)
	}
	// cron refuses files that others can write to, and both read them as root
	if err := renameio.WriteFile(full, []byte(w.Content), 0o644, renameio.IgnoreUmask()); err != nil {
		return fmt.Errorf("write %s: %w", w.Path, err)
	}
	return m.reload(ctx, w.Path)
}

// leftover is how renameio names what it has not yet renamed: a dot, the name, digits.
var leftover = regexp.MustCompile(`^\d+$`)

// removeLeftovers removes what a killed write of this file left beside it.
func removeLeftovers(full string) error {
	dir, name := filepath.Split(full)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), "."+name)
		if ours && e.Type().IsRegular() && leftover.MatchString(rest) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// reload makes systemd see a new unit, and starts its timer. cron looks by itself.
func (m Machine) reload(ctx context.Context, path string) error {
	if !strings.HasPrefix(path, "/"+unitDir) {
		return nil
	}
	if m.Systemctl == nil {
		return fmt.Errorf("%s is written, but systemd does not run here and nothing will start it", path)
	}
	if err := m.Systemctl(ctx, "daemon-reload"); err != nil {
		return err
	}
	if strings.HasSuffix(path, ".timer") {
		return m.Systemctl(ctx, "enable", "--now", filepath.Base(path))
	}
	return nil
}

func (m Machine) remove(ctx context.Context, path string) error {
	unit := strings.HasPrefix(path, "/"+unitDir)
	if unit && strings.HasSuffix(path, ".timer") && m.Systemctl != nil {
		if err := m.Systemctl(ctx, "disable", "--now", filepath.Base(path)); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(m.Root, path)); err != nil {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	if unit && m.Systemctl != nil {
		return m.Systemctl(ctx, "daemon-reload")
	}
	return nil
}
