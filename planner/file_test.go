package planner_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"cwb/planner"
)

// somePlan has a step of every action but adopt.
func somePlan(t testing.TB) *planner.Plan {
	sc := &scenario{policy: loadPolicy(t, ""), now: time.Date(2026, 11, 24, 0, 0, 5, 123456789, time.UTC)}
	sc.policy.Scheduler = "systemd"
	sc.begin()
	for _, line := range []string{"zone Etc/UTC", "every", "daily 20261120T000000Z 4", "good 20261001T000000Z", "good 20260901T000000Z held=a_<b>", "debris 20261119T000000Z", "node mysql.ellis",
		"foreign 1448200800 mysqldump /old/1448200800/db_backup.sql", "rung snapshot all tables are InnoDB", "problem a name with \"quotes\" and \u2028"} {
		if err := sc.stateLine(line); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := planner.Diff(sc.policy, sc.state, sc.now, planner.Request{Verb: planner.VerbReconcile, By: "ops@backup-1"})
	if err != nil {
		t.Fatal(err)
	}
	plan.Tool = "0.1.0"
	return plan
}

func encoded(t testing.TB) []byte {
	data, err := planner.EncodePlan(somePlan(t))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPlanFileIsReadBackUnchanged(t *testing.T) {
	plan := somePlan(t)
	data := encoded(t)
	back, err := planner.DecodePlan(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := planner.EncodePlan(back)
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("the file of the plan read back differs (%v)", err)
	}
	if differences := planner.EqualSteps(plan, back); len(differences) > 0 || plan.ID != back.ID {
		t.Fatalf("%v", differences)
	}
}

func TestAnyChangedByteOfAPlanIsRefused(t *testing.T) {
	data := encoded(t)
	r := rand.New(rand.NewPCG(7, 7))
	for i := range data {
		if i > 600 && i < len(data)-200 && r.IntN(len(data)/1000+1) > 0 {
			continue // all of the head and of the end, about 1,000 of the rest
		}
		altered := bytes.Clone(data)
		altered[i] ^= byte(1 + r.IntN(255))
		if _, err := planner.DecodePlan(altered); !errors.Is(err, planner.ErrAltered) && !errors.Is(err, planner.ErrNewer) {
			t.Fatalf("byte %d from %q to %q: %v", i, data[i], altered[i], err)
		}
	}
}

func TestCutAndLongerPlansAreRefused(t *testing.T) {
	data := encoded(t)
	for _, bad := range [][]byte{nil, data[:1], data[:len(data)/2], data[:len(data)-1], append(bytes.Clone(data), '\n'), append(bytes.Clone(data), data...)} {
		if _, err := planner.DecodePlan(bad); !errors.Is(err, planner.ErrAltered) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

// reseal gives a changed plan a right digest: whole, but not what cwb writes.
func reseal(t *testing.T, old, with string) []byte {
	t.Helper()
	text := string(encoded(t))
	if !strings.Contains(text, old) {
		t.Fatalf("there is no %q in the plan", old)
	}
	body, _, _ := strings.Cut(strings.Replace(text, old, with, 1), ",\n\"digest\":")
	sum := sha256.Sum256([]byte(body))
	return []byte(body + ",\n\"digest\":\"" + hex.EncodeToString(sum[:]) + "\"\n}\n")
}

func TestPlansThatCwbDoesNotWriteAreRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"unknown field":         {`"host":`, `"extra":1,"host":`},
		"unknown field in spec": {`"spec":{"node"`, `"spec":{"extra":1,"node"`},
		"unknown action":        {`"action":"clean"`, `"action":"truncate"`},
		"spec of another":       {`"action":"clean"`, `"action":"take"`},
		"no node":               {`"spec":{"node":"cassandra.homer",`, `"spec":{`},
		"node that is none":     {`"spec":{"node":"cassandra.homer"`, `"spec":{"node":"oracle.homer"`},
		"set that is none":      {`"set":"20261119T000000Z","begun"`, `"set":"../../etc","begun"`},
		"need that is unknown":  {`"needs":["take-subscribers"]`, `"needs":["take-other"]`},
		"step twice":            {`"id":"clean-mysql.ellis-20261119T000000Z"`, `"id":"clean-cassandra.homer-20261119T000000Z"`},
		"status that is none":   {`"status":"good"`, `"status":"fine"`},
		"purpose that is none":  {`"purpose":"policy"`, `"purpose":"fun"`},
		"node twice in state":   {`{"node":"mysql.ellis"`, `{"node":"cassandra.homer"`},
		"old format":            {`"format_version":1`, `"format_version":0`},
		"format of a word":      {`"format_version":1`, `"format_version":"1"`},
		"times the wrong way":   {`"expires":"2026-11-25`, `"expires":"2026-11-23`},
		"something behind it":   {`"findings":[`, `"findings":[]} {"findings":[`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := planner.DecodePlan(reseal(t, change[0], change[1])); !errors.Is(err, planner.ErrAltered) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestNewerPlanIsNamedAsSuch(t *testing.T) {
	if _, err := planner.DecodePlan(reseal(t, `"format_version":1`, `"format_version":2`)); !errors.Is(err, planner.ErrNewer) || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("%v", err)
	}
}

func TestStateFileIsReadBackUnchanged(t *testing.T) {
	state := somePlan(t).State
	data, err := planner.EncodeState(state)
	if err != nil {
		t.Fatal(err)
	}
	back, err := planner.DecodeState(data)
	if err != nil || asJSON(t, back) != asJSON(t, state) {
		t.Fatalf("%v", err)
	}
	data[len(data)/2] ^= 1
	if _, err := planner.DecodeState(data); !errors.Is(err, planner.ErrAltered) {
		t.Errorf("%v", err)
	}
}

func TestStateWithTwoBackupsOfOneIDIsRefused(t *testing.T) {
	state := somePlan(t).State
	state.Nodes[0].Backups = append(state.Nodes[0].Backups, state.Nodes[0].Backups[0])
	if _, err := planner.EncodeState(state); err == nil {
		t.Error("it was written")
	}
}
