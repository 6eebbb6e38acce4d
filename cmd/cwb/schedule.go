package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cwb/config"
	"cwb/internal/schedule"
	"cwb/internal/view"
)

func (a *app) scheduleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schedule",
		Short: "Show when each backup block is due",
		Long: `Show the last and the next due times of every backup block, in the policy's time zone and in
UTC. It needs no network. cwb plan shows the unit files or the cron file to write.`,
		Args: args0,
		RunE: a.verb(func(context.Context, []string) error { return a.schedule() }),
	}
}

func (a *app) schedule() error {
	policy, err := a.loadPolicy()
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(policy.Timezone)
	if err != nil {
		return err
	}
	now := a.now()
	var entries []view.Due
	for _, b := range policy.Backups {
		due, err := dueTimes(b, zone, now)
		if err != nil {
			return err
		}
		entries = append(entries, due)
	}
	if a.flags.json {
		return view.ScheduleJSON(a.stdout, policy.Timezone, string(policy.Scheduler), entries)
	}
	a.text().Schedule(policy.Timezone, string(policy.Scheduler), entries)
	return nil
}

// dueTimes computes the last and the next three due times of a block.
func dueTimes(b config.Backup, zone *time.Location, now time.Time) (view.Due, error) {
	due := view.Due{Backup: b.Name, Expression: b.Schedule, Zone: zone}
	if b.Schedule == "" {
		return due, nil
	}
	s, err := schedule.Parse(b.Schedule, zone)
	if err != nil {
		return due, fmt.Errorf("backup %q: %w", b.Name, err)
	}
	if last, ok := s.Prev(now); ok {
		due.Last = last
	}
	at := now
	for range 3 {
		next, ok := s.Next(at)
		if !ok {
			break
		}
		due.Next = append(due.Next, next)
		at = next
	}
	return due, nil
}
