package executor

import (
	"strconv"
	"sync"
	"time"

	"cwb/internal/backup"
	"cwb/planner"
)

// Events is told what happens while a plan is applied. Emit is never called twice at a time,
// and everything waits while it runs.
type Events interface {
	Emit(Event)
}

// Event is one of a closed set.
type Event interface{ event() }

// StepStart says that a step begins.
type StepStart struct {
	At   time.Time
	Step planner.Step
}

// StepProgress says how far a step is on one node.
type StepProgress struct {
	Step        planner.StepID
	Node        backup.NodeAddr
	Done, Total int64 // bytes, or files where the engine counts those; Total is 0 while unknown
}

// StepDone says that a step ended well.
type StepDone struct {
	At     time.Time
	Result StepResult
}

// StepFailed says that a step failed, or was done only in part.
type StepFailed struct {
	At     time.Time
	Result StepResult
}

// StepHeld says that a guard holds a step back, or a step that it needs.
type StepHeld struct{ Result StepResult }

// StepSkipped says that a step was not begun.
type StepSkipped struct{ Result StepResult }

// Summary is the last event of a run.
type Summary struct {
	At     time.Time
	Result Result
}

func (StepStart) event()    {}
func (StepProgress) event() {}
func (StepDone) event()     {}
func (StepFailed) event()   {}
func (StepHeld) event()     {}
func (StepSkipped) event()  {}
func (Summary) event()      {}

// deaf listens to nothing.
type deaf struct{}

func (deaf) Emit(Event) {}

// oneByOne lets several goroutines speak to a sink that hears one at a time, and nothing any
// more once the run is over: a call that was given up as hung may still speak.
type oneByOne struct {
	mu   sync.Mutex
	sink Events
	over bool
}

func (o *oneByOne) Emit(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.over {
		o.sink.Emit(e)
	}
}

func (o *oneByOne) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
}

func who(by string, pid int) string {
	if pid == 0 {
		return by
	}
	return by + ", pid " + strconv.Itoa(pid)
}
