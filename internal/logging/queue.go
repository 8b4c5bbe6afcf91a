package logging

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"
)

// The capacity of a queue.
const (
	queueLength = 8192    // lines
	queueSize   = 4 << 20 // bytes
)

// Queue decouples logging from a receiver that may be slow, hang or be down. Write never blocks;
// when the queue is full, it drops and counts the line. One goroutine sends the lines in
// order. It is safe for concurrent use.
type Queue struct {
	lines   chan []byte
	send    func(line []byte) error
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
	size    atomic.Int64
	dropped atomic.Uint64
}

// newQueue returns a queue whose goroutine calls send with each line. A line counts as dropped
// when send returns an error. send must return when stop is closed.
func newQueue(send func(line []byte) error, stop chan struct{}) *Queue {
	q := &Queue{lines: make(chan []byte, queueLength), send: send, stop: stop, done: make(chan struct{})}
	go q.run()
	return q
}

// Write takes one line and copies it. It returns no error.
func (q *Queue) Write(line []byte) (int, error) {
	size := int64(len(line))
	if q.size.Add(size) <= queueSize {
		select {
		case q.lines <- bytes.Clone(line):
			return len(line), nil
		default:
		}
	}
	q.size.Add(-size)
	q.dropped.Add(1)
	return len(line), nil
}

// Dropped returns how many lines were dropped.
func (q *Queue) Dropped() uint64 { return q.dropped.Load() }

// Close sends the lines in the queue, which takes at most wait. Lines that are written later are
// lost.
func (q *Queue) Close(wait time.Duration) {
	q.once.Do(func() {
		timer := time.AfterFunc(wait, func() { close(q.stop) })
		defer timer.Stop()
		select {
		case q.lines <- nil: // marks the end, as no line is empty
		case <-q.stop:
		}
		<-q.done
	})
}

func (q *Queue) run() {
	defer close(q.done)
	for {
		select {
		case <-q.stop: // takes precedence over lines
			return
		default:
		}
		select {
		case line := <-q.lines:
			if len(line) == 0 {
				return
			}
			q.size.Add(-int64(len(line)))
			if err := q.send(line); err != nil {
				q.dropped.Add(1)
			}
		case <-q.stop:
			return
		}
	}
}
