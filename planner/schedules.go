package planner

import (
	"errors"
	"slices"
	"strings"

	"cwb/internal/scheduler"
)

// schedules asks for the unit or cron files that start what is due: those to write, to
// change, and to remove.
func (d *draft) schedules() error {
	files, err := d.w.wantedFiles()
	switch {
	case errors.Is(err, scheduler.ErrZone), errors.Is(err, errNoMachine):
		d.find(KindScheduleNotWritable, Warning, string(d.w.policy.Scheduler),
			"the files that start due backups cannot be written: %v. Present files stay as they are", err)
		return nil
	case err != nil:
		return err
	}
	present := map[string]string{}
	for _, f := range d.w.state.Schedules {
		present[f.Path] = f.Content
	}
	for _, f := range files {
		if was := present[f.Path]; was != f.Content {
			d.writeSchedule(WriteSchedule{Path: f.Path, Content: f.Content, Was: was})
		}
		delete(present, f.Path)
	}
	for _, f := range d.w.state.Schedules {
		if was, left := present[f.Path]; left {
			d.writeSchedule(WriteSchedule{Path: f.Path, Was: was})
		}
	}
	return nil
}

func (d *draft) writeSchedule(w WriteSchedule) {
	reason := "it differs from what the policy asks for"
	switch {
	case w.Was == "":
		reason = "without it nothing starts the due backups"
	case w.Content == "":
		reason = "the policy asks for it no more"
	}
	d.add(Step{ID: StepID("schedule-" + w.Path), Reason: reason, Action: w})
}

var errNoMachine = errors.New("it is not known how cwb is started on that machine")

// wantedFiles are the files that the policy asks for, in order of path.
func (w *world) wantedFiles() ([]scheduler.File, error) {
	var jobs []scheduler.Job
	machine := w.state.Machine
	for _, b := range w.policy.Backups {
		if b.Schedule != "" {
			jobs = append(jobs, scheduler.Job{
				Deployment: w.policy.Deployment, Block: b.Name, Expr: b.Schedule, Zone: w.zone,
				Command: machine.Command, PolicyPath: machine.Policy, User: machine.User, MachineZone: machine.Zone,
			})
		}
	}
	kind := scheduler.Kind(w.policy.Scheduler)
	if kind == scheduler.None || kind == "" || len(jobs) == 0 {
		return nil, nil
	}
	if len(machine.Command) == 0 || machine.Policy == "" {
		return nil, errNoMachine
	}
	files, err := scheduler.Files(kind, jobs)
	slices.SortFunc(files, func(a, b scheduler.File) int { return strings.Compare(a.Path, b.Path) })
	return files, err
}
