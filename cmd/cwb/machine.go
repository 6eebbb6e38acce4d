package main

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"cwb/config"
	"cwb/planner"
)

// who is the operator, as locks, journals and records name them: behind sudo, the one who
// called it.
func (a *app) who() string {
	name := a.env("SUDO_USER")
	if name == "" {
		name = userName()
	}
	return name + "@" + a.host()
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("uid-%d", os.Getuid())
}

func (a *app) host() string {
	host, err := os.Hostname()
	if err != nil {
		return "unknown-host"
	}
	return host
}

// machine is how a scheduler starts cwb here: this program, with the flags that this policy
// needs.
func (a *app) machine(p *config.Policy) planner.Machine {
	self, err := os.Executable()
	if err != nil {
		return planner.Machine{} // then no unit can be written, and the plan says so
	}
	command := []string{self}
	for _, v := range a.flags.vars {
		command = append(command, "--var", v)
	}
	for _, file := range a.flags.varFiles {
		if abs, err := filepath.Abs(file); err == nil {
			file = abs
		}
		command = append(command, "--var-file", file)
	}
	m := planner.Machine{Command: command, Policy: p.Source, Zone: machineZone("/")}
	if os.Getuid() != 0 {
		m.User = userName()
	}
	return m
}

// machineZone is the zone that cron follows: Debian keeps its name in /etc/timezone, others
// in the link /etc/localtime; see localtime(5). Empty when it is not known.
func machineZone(root string) string {
	if target, err := os.Readlink(filepath.Join(root, "etc/localtime")); err == nil {
		if _, name, ok := strings.Cut(target, "zoneinfo/"); ok {
			return name
		}
	}
	name, err := os.ReadFile(filepath.Join(root, "etc/timezone"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}
