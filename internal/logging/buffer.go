package logging

import (
	"bytes"
	"io"
	"log/slog"
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

	// Of the writing goroutine only:
	loss *slog.Logger // writes its record into line
	line bytes.Buffer
	told uint64 // how many lost lines the log tells of
	torn bool   // whether the last write ended within a line

	mu      sync.Mutex
	pending []byte
	lines   uint64
	dropped uint64
}

// NewBuffer returns a buffer in front of w, and tells in records of that handler
// how many lines were lost. The caller closes it.
func NewBuffer(w io.Writer, handler func(io.Writer) slog.Handler) *Buffer {
	b := &Buffer{w: w, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	b.loss = slog.New(handler(&b.line))
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
	full, lines, dropped := b.pending, b.lines, b.dropped
	b.pending, b.lines = spare[:0], 0
	b.mu.Unlock()

	written := 0
	err := b.tellLoss(dropped)
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

// tellLoss says once, as soon as lines can be written again, how many were lost.
func (b *Buffer) tellLoss(dropped uint64) error {
	if dropped == b.told {
		return nil
	}
	b.line.Reset()
	if b.torn {
		b.line.WriteByte('\n')
	}
	b.loss.Warn("log records were dropped here", "sink", "stdout", "records", dropped-b.told)
	_, err := b.write(b.line.Bytes())
	if err == nil {
		b.told = dropped
	}
	return err
}

func (b *Buffer) write(text []byte) (int, error) {
	n, err := b.w.Write(text)
	if n > 0 {
		b.torn = text[n-1] != '\n'
	}
	return n, err
}
