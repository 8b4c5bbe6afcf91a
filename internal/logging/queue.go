package logging

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// queueLength bounds the lines that wait for a slow receiver: a few MB at most.
const queueLength = 8192

// Queue stands between those who log and a receiver that may be slow, hang or be
// gone. Write never waits: when the queue is full the line is dropped and
// counted. One goroutine sends, in order.
type Queue struct {
	lines   chan []byte
	send    func(line []byte) error
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
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
	select {
	case q.lines <- bytes.Clone(line):
	default:
		q.dropped.Add(1)
	}
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
		_, _ = q.Write(nil) // the end: an empty line is never logged
		<-q.done
	})
}

func (q *Queue) run() {
	defer close(q.done)
	for {
		select {
		case line := <-q.lines:
			if len(line) == 0 {
				return
			}
			if err := q.send(line); err != nil {
				q.dropped.Add(1)
			}
		case <-q.stop:
			return
		}
	}
}

// lossReport tells, once a receiver is well again, how much it has missed.
type lossReport struct{ reported uint64 }

func (l *lossReport) next(dropped uint64) string {
	missed := dropped - l.reported
	l.reported = dropped
	if missed == 0 {
		return ""
	}
	return fmt.Sprintf("log records were dropped here: %d", missed)
}
