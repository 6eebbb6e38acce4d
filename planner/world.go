package planner

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"cwb/config"
	"cwb/internal/backup"
)

// clockSlack is how far ahead a set may be dated before something must be wrong with a clock.
const clockSlack = 5 * time.Minute

// world is a state as one policy sees it at one time: what every decision is made from. It
// is built once and only read afterwards.
type world struct {
	policy   *config.Policy
	now      time.Time
	zone     *time.Location
	state    State          // normalised
	accepted []backup.SetID // shrunken sets that the request says are meant
	places   map[backup.NodeAddr]*place
	sets     map[string][]*Set                   // by block, newest first
	goods    map[backup.NodeAddr][]*Set          // the sets in which a node has a good backup that retention knows, newest first
	names    map[backup.NodeAddr]backup.NodeAddr // former names
	readings map[reading]string                  // by whom a backup is read
}

func newWorld(p *config.Policy, s State, now time.Time, accepted ...backup.SetID) (*world, error) {
	if s.Deployment != "" && s.Deployment != p.Deployment {
		return nil, fmt.Errorf("the state is of deployment %q, the policy of %q", s.Deployment, p.Deployment)
	}
	zone, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone of the policy: %w", err)
	}
	state, err := normalise(s)
	if err != nil {
		return nil, err
	}
	w := &world{policy: p, now: now.UTC().Round(0), zone: zone, state: state, accepted: accepted}
	w.findPlaces()
	w.readings = w.findReadings()
	w.sets = w.assemble()
	w.markShrunken()
	for _, sets := range w.sets {
		for _, set := range sets {
			set.counts = set.countable()
		}
	}
	w.goods = w.findGoods()
	return w, nil
}

// findPlaces pairs the nodes of the policy with what was observed there. What was observed
// of other nodes is nobody's business here.
func (w *world) findPlaces() {
	w.places = map[backup.NodeAddr]*place{}
	w.names = w.policy.PresentNames()
	for _, node := range w.policy.Nodes {
		state := NodeState{Node: node.Addr, Error: "it was not observed"}
		at, found := slices.BinarySearchFunc(w.state.Nodes, node.Addr, func(n NodeState, a backup.NodeAddr) int {
			return compareNodes(n.Node, a)
		})
		if found {
			state = w.state.Nodes[at]
		}
		w.places[node.Addr] = newPlace(node, state)
	}
}

// current is the present name of a node that a record names.
func (w *world) current(a backup.NodeAddr) backup.NodeAddr {
	if now, renamed := w.names[a]; renamed {
		return now
	}
	return a
}

// eachPlace walks the places in order of address.
func (w *world) eachPlace(do func(*place)) {
	for _, node := range w.policy.Nodes {
		do(w.places[node.Addr])
	}
}

// future reports whether a set id lies further ahead than clocks differ.
func (w *world) future(id backup.SetID) bool { return id.Time().After(w.now.Add(clockSlack)) }

// findGoods lists for each node the sets that hold a good backup of it, such as retention
// may count: own, not of a restore, not dated ahead, of this server.
func (w *world) findGoods() map[backup.NodeAddr][]*Set {
	goods := map[backup.NodeAddr][]*Set{}
	for _, sets := range w.sets {
		for _, set := range sets {
			for _, p := range set.Parts {
				if set.attempt() && p.Backup.Status == Good && p.ours {
					goods[p.Node] = append(goods[p.Node], set)
				}
			}
		}
	}
	for _, list := range goods {
		slices.SortFunc(list, newestFirst)
	}
	return goods
}

// blocks are the names of all blocks that have sets, or debris, in order.
func (w *world) blocks() []string { return slices.Sorted(maps.Keys(w.sets)) }
