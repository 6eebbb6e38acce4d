package planner

import (
	"encoding/json"
	"fmt"
	"time"
)

// planFile is a plan as it is stored. It is kept apart from [Plan] so that the type can grow
// while old files are still read.
type planFile struct {
	FormatVersion int        `json:"format_version"`
	ID            PlanID     `json:"plan_id"`
	Created       time.Time  `json:"created"`
	Expires       time.Time  `json:"expires"`
	Deployment    string     `json:"deployment"`
	Host          string     `json:"host"`
	PolicyDigest  string     `json:"policy_digest"`
	Tool          string     `json:"tool"`
	Request       Request    `json:"request"`
	State         State      `json:"state"`
	Steps         []stepFile `json:"steps"`
	Findings      []Finding  `json:"findings"`
	Digest        string     `json:"digest"`
}

// stepFile is a step with its action in an envelope of kind and specification.
type stepFile struct {
	ID     StepID          `json:"id"`
	Needs  []StepID        `json:"needs"`
	Reason string          `json:"reason"`
	HeldBy string          `json:"held_by,omitempty"`
	Action ActionKind      `json:"action"`
	Spec   json.RawMessage `json:"spec"`
}

// EncodePlan writes a plan file: a JSON object that [DecodePlan] reads back as the same plan.
func EncodePlan(p *Plan) ([]byte, error) {
	steps := make([]stepFile, len(p.Steps))
	for i, s := range p.Steps {
		spec, err := json.Marshal(s.Action)
		if err != nil {
			return nil, fmt.Errorf("encode step %s: %w", s.ID, err)
		}
		steps[i] = stepFile{s.ID, s.Needs, s.Reason, s.HeldBy, s.Action.Kind(), spec}
	}
	return seal([]field{
		{"format_version", FormatVersion}, {"plan_id", p.ID}, {"created", p.Created}, {"expires", p.Expires},
		{"deployment", p.Deployment}, {"host", p.Host}, {"policy_digest", p.PolicyDigest}, {"tool", p.Tool},
		{"request", p.Request}, {"state", p.State}, {"steps", steps}, {"findings", p.Findings},
	})
}

// DecodePlan reads a plan file. Any changed byte, unknown field or unknown kind is refused
// with [ErrAltered], a newer format with [ErrNewer].
func DecodePlan(data []byte) (*Plan, error) {
	var f planFile
	if err := unseal(data, &f); err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	p := &Plan{
		ID: f.ID, Created: f.Created, Expires: f.Expires, Deployment: f.Deployment, Host: f.Host,
		PolicyDigest: f.PolicyDigest, Tool: f.Tool, Request: f.Request, State: f.State,
		Steps: make([]Step, len(f.Steps)), Findings: f.Findings,
	}
	for i, s := range f.Steps {
		action, err := decodeAction(s.Action, s.Spec)
		if err != nil {
			return nil, fmt.Errorf("plan file: step %q: %w", s.ID, err)
		}
		p.Steps[i] = Step{ID: s.ID, Needs: s.Needs, Reason: s.Reason, HeldBy: s.HeldBy, Action: action}
	}
	if err := checkPlan(p); err != nil {
		return nil, fmt.Errorf("plan file: %w: %w", ErrAltered, err)
	}
	return p, nil
}

// decodeAction reads the specification of one of the closed set of actions.
func decodeAction(kind ActionKind, spec json.RawMessage) (Action, error) {
	switch kind {
	case ActTake:
		return decodeSpec[Take](spec)
	case ActVerify:
		return decodeSpec[Verify](spec)
	case ActRemove:
		return decodeSpec[Remove](spec)
	case ActClean:
		return decodeSpec[Clean](spec)
	case ActAdopt:
		return decodeSpec[Adopt](spec)
	case ActWriteSchedule:
		return decodeSpec[WriteSchedule](spec)
	case ActLoad:
		return decodeSpec[Load](spec)
	case ActRunHook:
		return decodeSpec[RunHook](spec)
	case ActTruncate, ActImport, ActSwap, ActUndo, ActConfirm:
		return decodeProceed(kind, spec)
	}
	return nil, fmt.Errorf("%w: there is no action %q", ErrAltered, kind)
}

func decodeSpec[A Action](spec json.RawMessage) (Action, error) {
	var a A
	if err := strict(spec, &a); err != nil {
		return nil, err
	}
	return a, nil
}
