package logging_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/templatesite/internal/logging"
)

// writer blocks until it may go on, then fails or keeps what it gets.
type writer struct {
	bytes.Buffer
	goOn chan struct{}
	err  error
}

func (w *writer) Write(p []byte) (int, error) {
	<-w.goOn
	if w.err != nil {
		return 0, w.err
	}
	return w.Buffer.Write(p)
}

func TestBufferedLinesAppearInOrderAndAllBeforeTheEnd(t *testing.T) {
	t.Parallel()
	w := &writer{goOn: make(chan struct{})}
	close(w.goOn)
	b := logging.NewBuffer(w)
	want := ""
	for i := range 1000 {
		line := fmt.Sprintf("line %d\n", i)
		want += line
		fmt.Fprint(b, line)
		if i == 500 {
			time.Sleep(50 * time.Millisecond) // two writes, at least
		}
	}
	b.Close(10 * time.Second)
	if w.String() != want || b.Dropped() != 0 {
		t.Errorf("%d bytes arrived of %d, %d lines dropped", w.Len(), len(want), b.Dropped())
	}
}

func TestNobodyWaitsForAWriterThatBlocks(t *testing.T) {
	t.Parallel()
	w := &writer{goOn: make(chan struct{})}
	b := logging.NewBuffer(w)
	line := append(bytes.Repeat([]byte("x"), 1023), '\n')
	start := time.Now()
	const lines = 100_000
	for range lines {
		fmt.Fprintf(b, "%s", line)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("logging took %v", took)
	}
	dropped := b.Dropped()
	if dropped == 0 || dropped >= lines {
		t.Errorf("%d of %d lines were dropped", dropped, lines)
	}
	start = time.Now()
	b.Close(50 * time.Millisecond)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Close took %v", took)
	}
	close(w.goOn)
}

func TestLinesOfAWriteThatFailsCountAsDropped(t *testing.T) {
	t.Parallel()
	w := &writer{goOn: make(chan struct{}), err: errors.New("no space left")}
	close(w.goOn)
	b := logging.NewBuffer(w)
	for range 3 {
		fmt.Fprintln(b, "lost")
	}
	b.Close(10 * time.Second)
	if b.Dropped() != 3 {
		t.Errorf("%d lines dropped, want 3", b.Dropped())
	}
}
