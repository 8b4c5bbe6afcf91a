package app

import (
	"context"
	"io"
	"os"
	"strings"
	"time"

	"example.com/templatesite/internal/settings"
)

// Process is what the operating system passes to a program.
type Process struct {
	Args        []string // without the name of the program
	Environment []string // of the form NAME=value
	Signals     <-chan os.Signal
	Stdin       io.Reader
	Stdout      io.Writer
	Stderr      io.Writer
}

// Main runs the command that the arguments name, and returns the exit status. The
// first signal stops the service gracefully, a second one at once.
func Main(s Service, process Process) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan int, 1)
	go func() { done <- run(ctx, s, process) }()
	killed := make(chan struct{})
	go func() {
		awaitSecond(process.Signals, stop)
		close(killed)
	}()
	select {
	case status := <-done:
		return status
	case <-killed:
		printBeforeExit(process.Stderr, "app: stopped at once, by a second signal\n")
		return 1
	}
}

// oneSignal is how long signals count as one: a terminal, or a program such as timeout, may
// send a signal to a process and again to its group.
const oneSignal = time.Second

// awaitSecond calls stop at the first signal, and returns at the second.
func awaitSecond(signals <-chan os.Signal, stop func()) {
	<-signals
	stop()
	first := time.Now()
	for range signals {
		if time.Since(first) >= oneSignal {
			return
		}
	}
}

func byName(variables []string) settings.Environment {
	env := settings.Environment{}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	return env
}
