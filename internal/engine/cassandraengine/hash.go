package cassandraengine

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"cwb/executor"
)

// hasher reads files and remembers how many bytes it has read.
type hasher struct {
	parallel int
	now      func() time.Time
	progress executor.Progress
	also     func(i int) []hash.Hash // what else takes in file i; nil: nothing
	total    int64
	done     atomic.Int64 // bytes read or vouched for
	read     atomic.Int64 // bytes read
}

// all hashes files side by side; the results are in their order. Files with a result already
// (those that are vouched for) are left as they are.
func (h *hasher) all(ctx context.Context, files []*found, results []hashed) error {
	group, ctx := errgroup.WithContext(ctx)
	next := make(chan int)
	group.Go(func() error {
		defer close(next)
		for i := range files {
			select {
			case next <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range h.parallel {
		group.Go(func() error {
			return guard(func() error { return h.worker(ctx, next, files, results) })
		})
	}
	return group.Wait()
}

func (h *hasher) worker(ctx context.Context, next <-chan int, files []*found, results []hashed) error {
	polite()
	buffer := make([]byte, 1<<20)
	for i := range next {
		if results[i].known() {
			h.advance(files[i].size)
			continue
		}
		var also []hash.Hash
		if h.also != nil {
			also = h.also(i)
		}
		sum, err := h.one(ctx, *files[i], buffer, also...)
		if err != nil {
			return err
		}
		results[i] = hashed{sum: sum, at: h.now().UnixNano(), basis: read}
	}
	return nil
}

// one hashes a file and proves that it was the same one before and after.
func (h *hasher) one(ctx context.Context, f found, buffer []byte, also ...hash.Hash) (sum [sha256.Size]byte, err error) {
	file, err := openUnchanged(f)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	own := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		n, err := file.Read(buffer)
		own.Write(buffer[:n])
		for _, other := range also {
			other.Write(buffer[:n])
		}
		h.read.Add(int64(n))
		h.advance(int64(n))
		if err == io.EOF {
			own.Sum(sum[:0])
			return sum, sameFile(file, f)
		}
		if err != nil {
			return sum, err
		}
	}
}

func (h *hasher) advance(n int64) {
	done := h.done.Add(n)
	if h.progress != nil {
		h.progress(done, h.total)
	}
}

// polite gives the calling goroutine a thread with the lowest best-effort I/O priority, so that
// the server's own reads come first. The thread ends with the goroutine. See ioprio_set(2).
func polite() {
	const whoProcess, bestEffort, lowest = 1, 2, 7
	runtime.LockOSThread()
	// A kernel that refuses is no reason not to back up.
	_, _, _ = syscall.Syscall(syscall.SYS_IOPRIO_SET, whoProcess, 0, bestEffort<<13|lowest)
}
