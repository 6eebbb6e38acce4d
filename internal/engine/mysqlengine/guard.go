package mysqlengine

import (
	"fmt"
	"runtime/debug"
)

// guard turns a panic in a goroutine of ours into an error of its step.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal fault: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
