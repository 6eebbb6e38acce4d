package planner_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"cwb/planner"
)

func FuzzDecodePlan(f *testing.F) {
	data := encoded(f)
	f.Add(data)
	f.Add([]byte(`{"format_version":1}`))
	f.Add(bytes.Repeat([]byte("["), 20000))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, sealed(data)} {
			plan, err := planner.DecodePlan(text)
			if err != nil {
				continue
			}
			if _, err := planner.EncodePlan(plan); err != nil {
				t.Errorf("what was read cannot be written: %v", err)
			}
		}
	})
}

func FuzzDecodeState(f *testing.F) {
	data, err := planner.EncodeState(somePlan(f).State)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	policy := loadPolicy(f, "")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, sealed(data)} {
			state, err := planner.DecodeState(text)
			if err != nil {
				continue
			}
			state.Deployment = policy.Deployment
			if _, err := planner.Diff(policy, state, state.At, planner.Request{Verb: planner.VerbReconcile}); err != nil {
				t.Errorf("a state that was read cannot be planned from: %v", err)
			}
		}
	})
}

// sealed puts the right digest under what a fuzzer made, so that it gets past the first door.
func sealed(data []byte) []byte {
	body, _, _ := bytes.Cut(data, []byte(",\n\"digest\":"))
	sum := sha256.Sum256(body)
	return append(bytes.Clone(body), ",\n\"digest\":\""+hex.EncodeToString(sum[:])+"\"\n}\n"...)
}
