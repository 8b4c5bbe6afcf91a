// Command app is the service. This file says what it consists of, and is the
// only one that touches the environment, the arguments, signals and exits:
// package app does the rest.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"example.com/templatesite/internal/app"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/static"
	"example.com/templatesite/tweet"
)

var service = app.Service{
	Name:        "templatesite",
	Title:       "templatesite",
	Description: "A RESTful service. Every error is a problem (RFC 9457) whose request_id is in the log.",
	Resources: []web.Resource{
		tweet.Resource(),
	},
	Static: static.Files, // feature: static
}

// version and commit are set by builds that Git cannot be asked about:
// go build -ldflags "-X main.version=… -X main.commit=…".
var version, commit string

func main() {
	service.Version, service.Commit = version, commit
	service.IdempotencyKeys = true // feature: idempotency
	service.Tokens = true          // feature: tokens
	service.Audit = false          // feature: audit
	service.Sessions = true        // feature: sessions
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// Neither the end of a terminal nor a closed pipe stops the service: what cannot be
	// written to the log is counted.
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	os.Exit(app.Main(service, app.Process{
		Args: os.Args[1:], Environment: os.Environ(), Signals: signals,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}
