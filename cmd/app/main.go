// Command app is the service: it serves the API, migrates the database, loads
// and dumps fixtures, and asks a running service for its health.
//
// It is the wiring, and the only package that knows all the others. This file is
// the only place that touches the environment, the arguments, signals and exits.
package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.com/templatesite/internal/settings"
)

func main() {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// The end of a terminal is no reason to stop, nor is a reader of the log that
	// goes away: what cannot be written is counted.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	go func() {
		awaitSecond(signals, stop)
		lastWords(os.Stderr, "app: stopped at once, by a second signal\n")
		os.Exit(1)
	}()
	os.Exit(run(ctx, os.Args[1:], settings.Environment{Lookup: os.LookupEnv, Names: names}, os.Stdin, os.Stdout, os.Stderr))
}

// oneSignal is how long signals count as one: a terminal, or a program such as timeout,
// sends them to a process and to its group.
const oneSignal = time.Second

// awaitSecond calls stop at the first signal, and returns at one that is another.
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

// names returns the names of the environment's variables.
func names() []string {
	var all []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		all = append(all, name)
	}
	return all
}
