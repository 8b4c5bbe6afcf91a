package logging

import (
	"bytes"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of what waits for a slow receiver, in lines and in bytes.
const (
	queueLength = 8192
	queueSize   = 4 << 20
)

// Queue stands between those who log and a receiver that may be slow, hang or be
// gone. Write never waits: when the queue is full the line is dropped and
// counted. One goroutine sends, in order.
type Queue struct {
	lines   chan []byte
	send    func(line []byte) error
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
	size    atomic.Int64
	dropped atomic.Uint64
}

// newQueue returns a queue whose goroutine calls send with each line. What send
// returns as an error counts as dropped; it has to give up when stop is closed.
func newQueue(send func(line []byte) error, stop chan struct{}) *Queue {
	q := &Queue{lines: make(chan []byte, queueLength), send: send, stop: stop, done: make(chan struct{})}
	go q.run()
	return q
}

// Write takes one line. It copies it, and never fails.
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

// Dropped returns how many lines were lost.
func (q *Queue) Dropped() uint64 { return q.dropped.Load() }

// Close sends what is in the queue, for at most that long. It must be the last
// call; a line that is written later is lost.
func (q *Queue) Close(wait time.Duration) {
	q.once.Do(func() {
		timer := time.AfterFunc(wait, func() { close(q.stop) })
		defer timer.Stop()
		select {
		case q.lines <- nil: // the end: an empty line is never logged
		case <-q.stop:
		}
		<-q.done
	})
}

func (q *Queue) run() {
	defer close(q.done)
	for {
		select {
		case <-q.stop: // it goes before what else is ready
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
