package logging

import (
	"io"
	"sync"
	"time"
)

const (
	// flushInterval is how late a line may be.
	flushInterval = 20 * time.Millisecond
	// bufferSize bounds the lines that wait for a slow writer.
	bufferSize = 4 << 20
)

// Buffer stands between those who log and a writer that may block or fail: a
// terminal that is held, a pipe that nobody reads, a full disk. Write never
// waits; when the buffer is full the line is dropped and counted. What is written
// within a moment goes out together, which also spares a system call a line.
type Buffer struct {
	w    io.Writer
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	mu      sync.Mutex
	pending []byte
	lines   uint64
	dropped uint64
}

// NewBuffer returns a buffer in front of w. The caller closes it.
func NewBuffer(w io.Writer) *Buffer {
	b := &Buffer{w: w, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go b.run()
	return b
}

// Write takes one line, and never fails.
func (b *Buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending)+len(line) > bufferSize {
		b.dropped++
		return len(line), nil
	}
	if len(b.pending) == 0 {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
	b.pending = append(b.pending, line...)
	b.lines++
	return len(line), nil
}

// Dropped returns how many lines were lost.
func (b *Buffer) Dropped() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Close writes what is in the buffer, for at most that long. It must be the last
// call.
func (b *Buffer) Close(wait time.Duration) {
	close(b.stop)
	select {
	case <-b.done:
	case <-time.After(wait):
	}
}

func (b *Buffer) run() {
	defer close(b.done)
	var spare []byte
	for {
		select {
		case <-b.wake:
			time.Sleep(flushInterval)
			spare = b.flush(spare)
		case <-b.stop:
			b.flush(spare)
			return
		}
	}
}

// flush writes what is pending while others fill the spare buffer.
func (b *Buffer) flush(spare []byte) []byte {
	b.mu.Lock()
	full, lines := b.pending, b.lines
	b.pending, b.lines = spare[:0], 0
	b.mu.Unlock()
	if _, err := b.w.Write(full); err != nil {
		b.mu.Lock()
		b.dropped += lines
		b.mu.Unlock()
	}
	return full
}
