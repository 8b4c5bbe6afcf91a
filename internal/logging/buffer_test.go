package logging_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/logging"
)

// writer blocks until unblock is closed, then fails with err or keeps the lines.
type writer struct {
	bytes.Buffer
	unblock chan struct{}
	err     error
}

func (w *writer) Write(p []byte) (int, error) {
	<-w.unblock
	if w.err != nil {
		return 0, w.err
	}
	return w.Buffer.Write(p)
}

// withoutTime writes records without their time.
func withoutTime(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attr
	}})
}

func TestCloseWritesAllBufferedLinesInOrder(t *testing.T) {
	t.Parallel()
	w := &writer{unblock: make(chan struct{})}
	close(w.unblock)
	b := logging.NewBuffer(w, withoutTime)
	want := ""
	for i := range 1000 {
		line := fmt.Sprintf("line %d\n", i)
		want += line
		fmt.Fprint(b, line)
		if i == 500 {
			time.Sleep(50 * time.Millisecond) // at least two writes
		}
	}
	b.Close(10 * time.Second)
	if w.String() != want || b.Dropped() != 0 {
		t.Errorf("%d bytes arrived of %d, %d lines dropped", w.Len(), len(want), b.Dropped())
	}
}

func TestLoggingDoesNotWaitForABlockedWriter(t *testing.T) {
	t.Parallel()
	w := &writer{unblock: make(chan struct{})}
	b := logging.NewBuffer(w, withoutTime)
	line := append(bytes.Repeat([]byte("x"), 1023), '\n')
	start := time.Now()
	const lines = 100_000
	for range lines {
		fmt.Fprintf(b, "%s", line)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("logging took %v", took)
	}
	dropped := b.Dropped()
	if dropped == 0 || dropped >= lines {
		t.Errorf("%d of %d lines were dropped", dropped, lines)
	}
	start = time.Now()
	b.Close(50 * time.Millisecond)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("Close took %v", took)
	}
	close(w.unblock)
}

func TestLinesOfAFailedWriteCountAsDropped(t *testing.T) {
	t.Parallel()
	w := &writer{unblock: make(chan struct{}), err: errors.New("no space left")}
	close(w.unblock)
	b := logging.NewBuffer(w, withoutTime)
	for range 3 {
		fmt.Fprintln(b, "lost")
	}
	b.Close(10 * time.Second)
	if b.Dropped() != 3 {
		t.Errorf("%d lines dropped, want 3", b.Dropped())
	}
}

// fullDisk fails when room bytes are written.
type fullDisk struct {
	mu   sync.Mutex
	text strings.Builder
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(p), d.room)
	d.room -= n
	d.text.Write(p[:n])
	if n < len(p) {
		return n, errors.New("no space left")
	}
	return n, nil
}

func TestLossIsReportedOnceWhenWritesSucceedAgain(t *testing.T) {
	t.Parallel()
	disk := &fullDisk{room: len("first\nse")}
	b := logging.NewBuffer(disk, withoutTime)
	wait := func(dropped uint64) {
		for range 500 {
			if b.Dropped() == dropped {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("%d lines dropped, want %d", b.Dropped(), dropped)
	}
	fmt.Fprintln(b, "first")
	fmt.Fprintln(b, "second")
	wait(1)
	fmt.Fprintln(b, "third")
	wait(2)
	disk.mu.Lock()
	disk.room = 1000
	disk.mu.Unlock()
	fmt.Fprintln(b, "fourth")
	time.Sleep(50 * time.Millisecond)
	fmt.Fprintln(b, "fifth")
	b.Close(10 * time.Second)

	want := "first\nse\nlevel=WARN msg=\"log records were dropped here\" sink=stdout records=2\nfourth\nfifth\n"
	if got := disk.text.String(); got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}
