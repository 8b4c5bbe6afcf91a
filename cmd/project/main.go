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
	New      newCommand      `cmd:"" help:"Make a project of your own from this template."` // feature: template
	Add      addCommand      `cmd:"" help:"Add a resource of your own: its code, migrations, fixtures and tests."`
	AddField addFieldCommand `cmd:"" help:"Add fields to a resource: to its code, tests and fixtures, with migrations that are safe on a table in use."`
	List     listCommand     `cmd:"" help:"List the features and resources, and what needs them."`
	Remove   removeCommand   `cmd:"" help:"Remove features or resources, with everything that mentions them."`
	Update   updateCommand   `cmd:"" help:"Merge a newer state of the template into this project."`
	Render   renderCommand   `cmd:"" hidden:"" help:"Write the files of a project, as its record describes it."` // feature: template
}

const about = "Make a project from the template, list and remove its features, and update it.\n\n" +
	"Every command checks everything first, and changes nothing if anything is wrong.\n\n" +
	"Examples:\n\n" +
	"\tgo run ./cmd/project new github.com/acme/notes\n" + // feature: template
	"\tgo run ./cmd/project add note title:string:1..80 done:bool=false\n" +
	"\tgo run ./cmd/project add-field note 'color:string:1..20?'\n" +
	"\tgo run ./cmd/project list\n" +
	"\tgo run ./cmd/project remove deps\n" +
	"\tgo run ./cmd/project update --check\n"

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
