package cassandraengine

import (
	"runtime/debug"

	"cwb/executor"
)

// guard turns a panic in a goroutine of ours into an error of the step that it serves.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &executor.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
