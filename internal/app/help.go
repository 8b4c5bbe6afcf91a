package app

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"example.com/templatesite/internal/settings"
)

// printHelp prints the help of a command without the settings, which all commands share.
// They are listed once, in the help of the program.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	var shared []*kong.Flag
	for _, flag := range ctx.Model.Flags {
		if flag.Group != nil && flag.Group.Key == settings.Group {
			flag.Hidden = true
			shared = append(shared, flag)
		}
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() != nil {
		_, err := fmt.Fprintln(ctx.Stdout, "\nEvery setting is also a flag of this command: `app --help` lists them.")
		return err
	}
	table := tabwriter.NewWriter(ctx.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nSettings, with their defaults. Each is an environment variable and a flag: LOG_LEVEL is --log-level.\n"+
		"X_FILE names a file that holds the secret X. `app settings` lists values, origins and meanings.\n\n")
	for _, flag := range shared {
		meaning, _, _ := strings.Cut(flag.Help, ". ")
		meaning = strings.TrimSuffix(meaning, ".")
		if flag.HasDefault {
			meaning += " (" + flag.Default + ")"
		}
		fmt.Fprintf(table, "  %s\t%s\n", settings.Name(flag.Name), meaning)
	}
	return table.Flush()
}
