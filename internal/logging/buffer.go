package logging

import (
	"bytes"
	"io"
	"log/slog"
	"sync"
	"time"
)

const (
	// flushInterval is how long a line waits for others.
	flushInterval = 20 * time.Millisecond
	// bufferSize is how many bytes may wait for a slow writer.
	bufferSize = 4 << 20
)

// Buffer decouples logging from a writer that may block or fail: a stopped terminal, a pipe that
// is not read, a full disk. Write never blocks; when the buffer is full, it drops and counts the
// line. Lines are written together every flushInterval, which also saves system calls. It is
// safe for concurrent use.
type Buffer struct {
	w    io.Writer
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	// Used by the writing goroutine only:
	loss    lossReport
	lossLog *slog.Logger // writes into line
	line    bytes.Buffer
	partial bool // whether the last write ended within a line

	mu      sync.Mutex
	pending []byte
	lines   uint64
	dropped uint64
}

// NewBuffer returns a buffer that writes to w. It reports dropped lines in records that handler
// formats. The caller closes it.
func NewBuffer(w io.Writer, handler func(io.Writer) slog.Handler) *Buffer {
	b := &Buffer{w: w, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	b.lossLog = slog.New(handler(&b.line))
	go b.run()
	return b
}

// Write takes one line. It returns no error.
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

// Dropped returns how many lines were dropped.
func (b *Buffer) Dropped() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Close flushes the buffer, which takes at most wait. No other call may follow.
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

// flush swaps the buffers and writes the lines. It returns the written buffer as the next spare
// one.
func (b *Buffer) flush(spare []byte) []byte {
	b.mu.Lock()
	full, lines, dropped := b.pending, b.lines, b.dropped
	b.pending, b.lines = spare[:0], 0
	b.mu.Unlock()

	written := 0
	err := b.loss.report(dropped, b.writeLoss)
	if err == nil {
		written, err = b.write(full)
	}
	if err != nil {
		b.mu.Lock()
		b.dropped += lines - uint64(bytes.Count(full[:written], []byte("\n")))
		b.mu.Unlock()
	}
	return full
}

func (b *Buffer) writeLoss(records uint64) error {
	b.line.Reset()
	if b.partial {
		b.line.WriteByte('\n')
	}
	b.lossLog.Warn("log records were dropped here", "sink", "stdout", "records", records)
	_, err := b.write(b.line.Bytes())
	return err
}

func (b *Buffer) write(text []byte) (int, error) {
	n, err := b.w.Write(text)
	if n > 0 {
		b.partial = text[n-1] != '\n'
	}
	return n, err
}
