// Command benchmark measures the overhead of the service's plumbing. It sends requests over
// loopback alternately to the service and to a baseline: a server that answers the same requests
// from the same database with only net/http, database/sql and encoding/json. As both run at the
// same time, the ratio is valid on a slow or busy machine, too.
//
// It depends only on the API and the settings of the service. With -against it compares two builds
// of the real service instead, with the first resource that it finds.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"example.com/templatesite/internal/postgrestest"
)

// The values of -engine: the databases, and nginx, which serves files for comparison.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
	nginx    = "nginx"
)

// baselineCommand is the argument with which this program starts itself as the baseline.
const baselineCommand = "baseline"

const usage = `Usage: go run ./lab/benchmark [flags]

It compares the service, with the resources of the tests, with a minimal server, on SQLite and on PostgreSQL.
It uses the PostgreSQL server of TEST_DATABASE_URL, or starts a temporary one if PostgreSQL is installed.
It compares serving files with nginx, if that is installed.

Examples:
  go run ./lab/benchmark
  go run ./lab/benchmark -engine sqlite -rounds 5
  go run ./lab/benchmark -strict                # exit status 1 if a goal is missed
  go run ./lab/benchmark -against /tmp/before   # built by go build -o /tmp/before ./cmd/app before a change
  go run ./lab/benchmark -profile /tmp/profile  # then: go tool pprof -top /tmp/profile/…

Flags:
`

// options are the flags of the command line.
type options struct {
	// engine is the engine to measure. Empty means all.
	engine      string
	connections int
	// rounds is the number of rounds per side, round the duration of one.
	rounds int
	round  time.Duration
	// rows is the number of rows before POST adds more.
	rows int
	// profile is the folder for CPU profiles. Empty means none.
	profile string
	// against is the path of another build of the service to compare with. Empty means none.
	against string
	strict  bool
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.engine, "engine", "", "measure only this `engine`: sqlite, postgres or nginx")
	flag.IntVar(&o.connections, "connections", 64, "`number` of connections that send requests")
	flag.IntVar(&o.rounds, "rounds", 15, "`number` of rounds for each kind of request")
	flag.DurationVar(&o.round, "round", 600*time.Millisecond, "`duration` of a round on each side")
	flag.IntVar(&o.rows, "rows", 10_000, "`number` of rows in the database")
	flag.StringVar(&o.profile, "profile", "", "write CPU profiles of the service to this `folder`")
	flag.StringVar(&o.against, "against", "", "compare the service with another build of it, this `program`")
	flag.BoolVar(&o.strict, "strict", false, "exit with status 1 if a goal is missed")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if problem := o.problem(); problem != "" {
		flag.Usage()
		fmt.Fprintln(flag.CommandLine.Output(), problem)
		os.Exit(2)
	}
	return o
}

// problem describes the first invalid flag. It returns "" if all are valid.
func (o options) problem() string {
	switch {
	case flag.NArg() > 0:
		return fmt.Sprintf("unexpected argument %q", flag.Arg(0))
	case !slices.Contains([]string{"", sqlite, postgres, nginx}, o.engine):
		return fmt.Sprintf("-engine: unknown engine %q", o.engine)
	case o.connections < 1, o.rounds < 1, o.rows < 1:
		return "-connections, -rounds and -rows must be at least 1"
	case o.round < slice:
		return fmt.Sprintf("-round must be at least %s", slice)
	}
	return ""
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	missed := false
	if len(os.Args) > 1 && os.Args[1] == baselineCommand {
		err = serveBaseline(ctx, os.Getenv("ADDRESS"), os.Getenv("DATABASE_URL"))
	} else {
		o := parseOptions()
		missed, err = benchmark(ctx, o, os.Getenv("TEST_DATABASE_URL"))
		missed = missed && o.strict
	}
	stop() // from here on, an interrupt ends the program at once
	if err != nil {
		fmt.Fprintf(os.Stderr, "benchmark: %v\n", err)
	}
	if err != nil || missed {
		os.Exit(1)
	}
}

// benchmark measures all selected engines, prints the table, and reports whether a goal was missed.
func benchmark(ctx context.Context, o options, server string) (missed bool, err error) {
	dir, err := os.MkdirTemp("", "benchmark-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, app: filepath.Join(dir, "app")}
	progress("building the service")
	// The baseline implements the resource shelf of the tests; -against compares real services.
	program, resource := "./lab/benchmark/service", "shelf"
	if b.against != "" {
		program, resource = realService, ""
	}
	if err = build(ctx, program, "-o", b.app); err == nil {
		err = b.discover(ctx, resource)
	}
	if b.measures(sqlite) && err == nil {
		err = b.measure(ctx, sqlite, "sqlite:"+filepath.Join(dir, "benchmark.db"))
	}
	if b.measures(postgres) && err == nil {
		err = b.measurePostgres(ctx, server)
	}
	if b.measures(nginx) && err == nil {
		err = b.measureNginx(ctx)
	}
	// If a measurement failed, the results before it are still useful.
	other := baselineCommand
	if b.against != "" {
		other = filepath.Base(b.against)
	}
	return printTable(os.Stdout, other, b.table), err
}

func (o options) measures(engine string) bool {
	if engine == nginx && o.against != "" {
		return false
	}
	return o.engine == "" || o.engine == engine
}

// realService is the package of the project's own program.
const realService = "./cmd/app"

// build builds the program of a package.
func build(ctx context.Context, program string, flags ...string) error {
	command := exec.CommandContext(ctx, "go", slices.Concat([]string{"build", "-buildvcs=false"}, flags, []string{program})...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("build the service (run this in the root of the project): %w", err)
	}
	return nil
}

// measurePostgres uses the given server, or starts a temporary one. If none is given and PostgreSQL
// is not installed, it skips the measurement with a message.
func (b *bench) measurePostgres(ctx context.Context, server string) error {
	if server == "" {
		progress("starting a temporary PostgreSQL server")
		own, err := postgrestest.Start(ctx)
		if err != nil {
			progress("skipping PostgreSQL: TEST_DATABASE_URL is not set, and no server can be started: %v", err)
			return nil
		}
		defer func() { _ = own.Close() }() // anything left is in a temporary folder
		server = own.URL("postgres")
	}
	database, drop, err := createDatabase(ctx, server)
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	defer drop()
	return b.measure(ctx, postgres, database)
}

// progress prints a message to standard error. Standard output contains only the table.
func progress(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}
