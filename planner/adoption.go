package planner

import (
	"fmt"
	"slices"

	"cwb/internal/backup"
)

// adoptions asks for what cwb adopt names. What was adopted before needs no step.
func (d *draft) adoptions() error {
	for _, node := range slices.SortedFunc(slices.Values(d.request.Identity), compareNodes) {
		if err := d.adoptIdentity(d.w.places[node]); err != nil {
			return err
		}
	}
	for _, name := range d.request.Adopt {
		if err := d.adoptForeign(d.w.places[name.Node], name.Name); err != nil {
			return err
		}
	}
	return nil
}

// adoptIdentity names the present server as the successor of all whose backups lie there.
func (d *draft) adoptIdentity(pl *place) error {
	server := pl.state.Server
	switch {
	case pl.unreachable():
		return requestError("%s cannot be reached: %s", pl.addr(), pl.state.Error)
	case server.Down != "":
		return requestError("the server of %s is down (%s); an identity can be adopted when it says who it is", pl.addr(), server.Down)
	case server.Identity.IsZero():
		return requestError("the server of %s does not say who it is", pl.addr())
	case pl.standing == known:
		return nil
	}
	d.add(Step{
		ID:     StepID("adopt-" + pl.addr().String()),
		Reason: fmt.Sprintf("its server (%s) goes on with the backups of %s", server.Identity, pl.present),
		Action: Adopt{Node: pl.addr(), Identity: &backup.Succession{
			Identity: server.Identity, Former: pl.others(), At: d.w.now, By: d.request.By,
		}},
	})
	return nil
}

// others are the identities, other than the present server's, that backups here were made
// by, oldest first.
func (pl *place) others() []backup.Identity {
	var all []backup.Identity
	if s := pl.state.Successor; s != nil {
		all = append(slices.Clone(s.Former), s.Identity)
	}
	for _, b := range pl.state.Backups {
		if b.Origin == backup.Own && hasRecord(b) {
			all = append(all, b.Identity)
		}
	}
	var others []backup.Identity
	for _, id := range all {
		if !id.IsZero() && !sameServer(id, pl.state.Server.Identity) && !slices.Contains(others, id) {
			others = append(others, id)
		}
	}
	return others
}

// adoptForeign gives a foreign backup a record.
func (d *draft) adoptForeign(pl *place, name string) error {
	for _, b := range pl.state.Backups {
		if b.Origin == backup.Adopted && b.Foreign == name {
			return nil
		}
	}
	at := slices.IndexFunc(pl.state.Foreign, func(f backup.Foreign) bool { return f.Name == name })
	if at < 0 {
		return requestError("%s has no foreign backup %q; cwb list shows what there is", pl.addr(), name)
	}
	f := pl.state.Foreign[at]
	if !f.Restorable {
		return requestError("%s of %s cannot be adopted, since it could not be restored: %s", name, pl.addr(), f.Reason)
	}
	d.add(Step{
		ID:     StepID("adopt-" + pl.addr().String() + "-" + name),
		Reason: fmt.Sprintf("asked for by name; it is a %s of %s and will be rotated after all own sets", f.Kind, d.w.local(f.Time)),
		Action: Adopt{Node: pl.addr(), Name: name},
	})
	return nil
}
