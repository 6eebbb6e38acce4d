package planner

import "fmt"

// EncodeState writes a state file, such as "cwb observe --out" makes.
func EncodeState(s State) ([]byte, error) {
	state, err := normalise(s)
	if err != nil {
		return nil, err
	}
	return seal([]field{{"format_version", FormatVersion}, {"state", state}})
}

// DecodeState reads a state file as strictly as [DecodePlan] reads a plan.
func DecodeState(data []byte) (State, error) {
	var f struct {
		FormatVersion int    `json:"format_version"`
		State         State  `json:"state"`
		Digest        string `json:"digest"`
	}
	if err := unseal(data, &f); err != nil {
		return State{}, fmt.Errorf("state file: %w", err)
	}
	if err := checkState(f.State); err != nil {
		return State{}, fmt.Errorf("state file: %w: %w", ErrAltered, err)
	}
	return f.State, nil
}
