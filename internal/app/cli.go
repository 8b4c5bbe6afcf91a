package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/settings"
)

// commands is the command line. kong prints the help from it.
type commands struct {
	Settings config `embed:"" group:"settings"`

	Serve       serveCommand       `cmd:"" default:"withargs" help:"Serve the API. This is what app does without a command."`
	Migrate     migrateCommand     `cmd:"" help:"Apply pending migrations."`
	Loaddata    loaddataCommand    `cmd:"" help:"Load fixtures in one transaction; safe to repeat."`
	Dumpdata    dumpdataCommand    `cmd:"" help:"Write the rows of the database as a fixture to standard output."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask the running service if it is ready, or alive: exits 0 or 1."`
	Token       tokenCommand       `cmd:"" help:"Create, list, rotate and revoke the tokens of programs."` // feature: tokens
	Audit       auditCommand       `cmd:"" help:"Print who has changed what."`                             // feature: audit
	Check       checkCommand       `cmd:"" help:"Look for what makes this deployment unsafe."`             // feature: check
	Routes      routesCommand      `cmd:"" help:"List the routes."`
	ShowConfig  settingsCommand    `cmd:"" name:"settings" help:"List the settings: value, origin, meaning. Secrets are masked."`
	OpenAPI     openapiCommand     `cmd:"" name:"openapi" help:"Write the OpenAPI description to standard output."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// about returns the description of the program, with an example for each database engine.
func about() string {
	examples := []string{"app"}
	for _, engine := range database.Help() {
		examples = append(examples, engine.Example)
	}
	examples = append(examples, "app migrate", "app settings")
	return "A RESTful service: it serves the API, and migrates, fills and checks its database.\n\nExamples:\n\n\t" +
		strings.Join(examples, "\n\t")
}

// program is the context of a command.
type program struct {
	ctx      context.Context
	service  Service
	config   *config
	settings []settings.Setting
	misspelt []settings.Misspelt
	// secretFile returns a function that reads a secret again, or nil if it is not in a file.
	secretFile func(setting string) func() (string, error)
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	noColor    bool
}

// run parses the command line, runs the command and returns the exit status, which is
// 2 when an argument or a setting is wrong.
func run(ctx context.Context, s Service, process Process) int {
	var cli commands
	env, args, stdout, stderr := byName(process.Environment), process.Args, process.Stdout, process.Stderr
	source := settings.NewSource(env)
	source.Alternative("ADDRESS", portVariable, wildcardAddress)
	helped, out := false, &output{Writer: stdout}
	options := append(settingTypes(source),
		kong.Name("app"),
		kong.Description(about()),
		kong.Vars{"database_url": database.DefaultURL(s.Name), "database_url_help": database.URLHelp()},
		kong.Writers(out, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Help(printHelp),
		kong.Resolvers(source))
	parser, err := kong.New(&cli, options...)
	if err != nil {
		return fail(stderr, 1, err)
	}
	parsed, err := parser.Parse(args)
	err = settings.WithoutSecrets(err, args, parser.Model.Flags)
	if helped || out.err != nil {
		return out.end(nil, stderr)
	}
	var misspelt []settings.Misspelt
	if err == nil {
		s.checkSettings(&cli.Settings, source)
		misspelt = source.Misspelt(parser.Model.Flags)
	}
	if err := errors.Join(err, source.Err()); err != nil {
		return fail(stderr, 2, err)
	}
	_, noColor := env["NO_COLOR"]
	all := source.List(parsed)
	p := &program{ctx, s, &cli.Settings, all, misspelt, source.SecretFile, process.Stdin, stdout, stderr, noColor}
	command, _, _ := strings.Cut(parsed.Command(), " ")
	if command == "serve" { // its output is the log, which counts what it cannot write
		return out.end(parsed.Run(p), stderr)
	}
	p.stdout = out
	for _, m := range misspelt {
		fmt.Fprintf(stderr, "app: %s looks like a misspelt %s, and has no effect\n", m.Variable, m.Meant)
	}
	if (command == "dumpdata" || command == "openapi") && isClosed(stdout) {
		return fail(stderr, 1, errors.New("standard output is closed, or the null device: there is nowhere to write to"))
	}
	return out.end(parsed.Run(p), stderr)
}

// fail prints each line of an error with a prefix, and returns the status.
func fail(stderr io.Writer, status int, err error) int {
	var text strings.Builder
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(&text, "app: %s\n", strings.TrimSpace(line))
	}
	if status == 2 {
		fmt.Fprintln(&text, "app: `app --help` lists the commands and the settings")
	}
	printBeforeExit(stderr, text.String())
	return status
}

// printBeforeExit writes the last message of the program. It does not wait long: a reader
// of a pipe may have stopped reading.
func printBeforeExit(w io.Writer, text string) {
	written := make(chan struct{})
	go func() {
		_, _ = io.WriteString(w, text) // an error cannot be reported any more
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(500 * time.Millisecond): // more than the 100 ms that a CPU quota may suspend the process
	}
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok { // feature: check
		w = o.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
