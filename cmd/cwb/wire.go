package main

import (
	"fmt"
	"os"

	"cwb/config"
	"cwb/executor"
	"cwb/internal/backup"
	"cwb/internal/engine/cassandraengine"
	"cwb/internal/engine/mysqlengine"
	"cwb/internal/hook"
	"cwb/internal/node"
	"cwb/internal/unitfiles"
	"cwb/internal/view"
)

// world wires a policy to the real things. An engine is added by its room and one line in
// engine.
func (a *app) world(p *config.Policy) executor.World {
	nodes := map[backup.NodeAddr]executor.Node{}
	for _, n := range p.Nodes {
		nodes[n.Addr] = a.node(p, n)
	}
	schedules := a.schedules
	if schedules == nil {
		schedules = unitfiles.This()
	}
	return executor.World{Nodes: nodes, Schedules: schedules, Machine: a.machine(p), Hooks: hook.Runner{Path: a.env("PATH")}}
}

// node is one node on this machine.
func (a *app) node(p *config.Policy, n config.Node) *node.Node {
	return node.New(n, p.Deployment, a.engine(n), node.Options{Now: a.now, Peers: func(addr backup.NodeAddr) *node.Node {
		if other, ok := p.Node(addr); ok {
			return a.node(p, other)
		}
		return nil
	}})
}

func (a *app) engine(n config.Node) executor.Engine {
	switch n.Addr.Kind {
	case backup.MySQL:
		return mysqlengine.New(n, mysqlengine.Options{Now: a.now})
	case backup.Cassandra:
		return cassandraengine.New(n, cassandraengine.Options{Now: a.now, Env: a.environ})
	}
	panic(fmt.Sprintf("no engine for %s", n.Addr)) // the policy admits no other kind
}

// options are what the executor needs to know about this run.
func (a *app) options(command string, events executor.Events) executor.Options {
	return executor.Options{
		Now: a.now, Host: a.host(), Tool: version, By: a.who(), PID: os.Getpid(), Command: command,
		Parallelism: a.flags.parallelism, LockTimeout: a.flags.lockTimeout,
		Events: events, Stop: a.signals.soft,
	}
}

// text is where results for people go.
func (a *app) text() view.Text { return view.Text{W: a.stdout, Color: a.color(a.stdout)} }
