package cassandraengine

import (
	"context"
	"errors"
	"fmt"

	"cwb/executor"
	"cwb/planner"
)

// rung is the only one there is; nothing that a take could do would make it better.
const rung = "snapshot of this node: hard links at one moment"

const rungReason = "Cassandra flushes and links each table in turn; across hosts, replicas and repair make up for the moments between"

// Inspect asks the server over CQL only: nodetool would start a JVM each time anything is
// listed, so whether it works is found by Prepare.
func (e *Engine) Inspect(ctx context.Context) (planner.Server, error) {
	state := planner.Server{Product: "Cassandra"}
	s, err := e.connect(ctx)
	if err == nil {
		defer s.close()
		err = e.ask(ctx, s, &state)
	}
	if ctx.Err() != nil {
		return planner.Server{}, ctx.Err()
	}
	if err != nil {
		state.Down = downText(err)
		state.BadCredentials = errors.Is(err, executor.ErrCredentials)
	}
	return state, nil
}

// downText adds what to do about a server that does not answer. What else is wrong, such as
// with the files of a login, says that itself.
func downText(err error) string {
	var known explained
	if !errors.Is(err, executor.ErrUnreachable) || errors.As(err, &known) {
		return err.Error()
	}
	return err.Error() + ": start the server, or correct the node's address in the policy"
}

// ask returns an error only for a server that does not answer.
func (e *Engine) ask(ctx context.Context, s server, state *planner.Server) error {
	l, hosts, err := readRing(ctx, s)
	if err != nil {
		return err
	}
	state.Ring, err = readMembers(ctx, s, hosts)
	var silent *untold
	switch {
	case errors.As(err, &silent): // takes do not need it
		state.Notes = append(state.Notes, silent.Error())
	case err != nil:
		return err
	}
	state.Identity, state.Version = l.identity(), l.version
	state.Consistency, state.ConsistencyReason = rung, rungReason
	if !oneSchema(hosts) {
		state.Notes = append(state.Notes, fmt.Sprintf("the ring's hosts do not have one schema at present; a take waits %s for it", e.options.AgreementWait))
	}
	found, err := e.ready(ctx, s, l)
	for _, k := range found.Keyspaces {
		if sets := replicaSets(hosts, k.Replication); len(sets) > 0 {
			state.Replicas = append(state.Replicas, planner.KeyspaceReplicas{Keyspace: k.Name, Sets: plannerSets(sets)})
		}
	}
	for _, check := range []error{err, e.checkRoom(), e.checkTool()} {
		if check != nil && !errors.Is(check, executor.ErrRefused) {
			return check
		}
		if check != nil {
			state.Refusals = append(state.Refusals, check.Error())
		}
	}
	return nil
}

// ready proves what can be proven without nodetool, and returns the schema.
func (e *Engine) ready(ctx context.Context, s server, l local) (schema, error) {
	if text := l.outside(); text != "" {
		return schema{}, fmt.Errorf("%w: %s", executor.ErrRefused, text)
	}
	all, err := readSchema(ctx, s, e.node.Keyspaces)
	if err != nil {
		return schema{}, err
	}
	return all, e.checkDataDirs(ctx, s, all.tables())
}

func (e *Engine) checkTool() error {
	_, err := e.tool.find()
	return err
}
