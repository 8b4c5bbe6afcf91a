// Command project is the tool of the template: it makes a project from it, lists and
// removes features, and merges newer states of the template into a project.
//
// It goes along with every project, needs git and Go, and is no part of the service:
// nothing imports it, and the image does not contain it.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// commands is the command line. kong prints the help from it.
type commands struct {
	List   listCommand   `cmd:"" help:"List the features and resources, and what needs them."`
	Remove removeCommand `cmd:"" help:"Remove features or resources, with everything that mentions them."`
}

const about = `Make a project from the template, list and remove features, and update the project.

Every command checks everything first, and changes nothing if anything is wrong.

Examples:

	go run ./cmd/project new github.com/acme/notes
	go run ./cmd/project list
	go run ./cmd/project remove grafana
	go run ./cmd/project update --check`

func main() {
	var cli commands
	parser := kong.Must(&cli, kong.Name("project"), kong.Description(about), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	parsed, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	err = parsed.Run(&console{out: os.Stdout, err: os.Stderr})
	var status exitStatus
	switch {
	case errors.As(err, &status):
		os.Exit(int(status))
	case err != nil:
		fmt.Fprintln(os.Stderr, "project:", err)
		os.Exit(1)
	}
}

// exitStatus ends the program without an error message.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }
