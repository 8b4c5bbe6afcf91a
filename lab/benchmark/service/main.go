// Command service is the service that the benchmark compares with its baseline. It has the
// resources of the tests.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"example.com/templatesite/internal/app"
	"example.com/templatesite/internal/envtest"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/static"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(app.Main(app.Service{
		Name:        "benchmark",
		Description: "The resources of the tests.",
		Resources:   sampletest.Resources(),
		Static:      static.Files,
		Tokens:      true, // feature: tokens
	}, app.Process{
		// os.Environ is incomplete here: the packages for tests clear it when they are imported.
		Args: os.Args[1:], Environment: envtest.Shell(), Signals: signals,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}
