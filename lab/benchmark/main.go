// Command benchmark measures what the plumbing of the service costs. It drives
// the real binary over loopback and, in turn with it, a floor of its own: the
// same requests on the same database with net/http, database/sql and
// encoding/json, and nothing else. As the two are measured side by side, the
// ratio holds on a slow or a busy machine too.
//
// It knows the API of the service and its settings, and nothing of its inside. With -against
// it compares two builds of the real service instead, with whatever resource that has.
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

// What the service is measured on, or with, as the flag and the table name it.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
	nginx    = "nginx"
)

// floorCommand is the first argument with which this program starts itself as
// the floor.
const floorCommand = "floor"

const usage = `Usage: go run ./lab/benchmark [flags]

It measures the plumbing, with the resources of the tests, on SQLite and on PostgreSQL: on the server that
TEST_DATABASE_URL names, else on a throw-away one when its programs are installed.
How it serves files is compared with nginx, when that is installed.

Examples:
  go run ./lab/benchmark
  go run ./lab/benchmark -engine sqlite -rounds 5
  go run ./lab/benchmark -strict                # exit status 1 when a goal is missed
  go run ./lab/benchmark -against /tmp/before   # made by go build -o /tmp/before ./cmd/app, before a change
  go run ./lab/benchmark -profile /tmp/profile  # then: go tool pprof -top /tmp/profile/…

Flags:
`

// options are the command line.
type options struct {
	// engine is the one that is measured; empty means all.
	engine      string
	connections int
	// rounds is how many rounds each side gets, round how long one takes.
	rounds int
	round  time.Duration
	// rows is how many rows there are before POST adds to them.
	rows int
	// profile is the folder for CPU profiles; empty means none.
	profile string
	// against is another build of the service, with which it is compared instead.
	against string
	strict  bool
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.engine, "engine", "", "measure this one alone: sqlite, postgres or nginx")
	flag.IntVar(&o.connections, "connections", 64, "how many connections load the service")
	flag.IntVar(&o.rounds, "rounds", 15, "how many rounds each side gets for each request")
	flag.DurationVar(&o.round, "round", 600*time.Millisecond, "how long a round takes")
	flag.IntVar(&o.rows, "rows", 10_000, "how many rows there are to read")
	flag.StringVar(&o.profile, "profile", "", "write CPU profiles of the service to this `folder`")
	flag.StringVar(&o.against, "against", "", "compare with another build of the service, this `program`, instead")
	flag.BoolVar(&o.strict, "strict", false, "exit with status 1 when a goal is missed")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if mistake := o.mistake(); mistake != "" {
		flag.Usage()
		fmt.Fprintln(flag.CommandLine.Output(), mistake)
		os.Exit(2)
	}
	return o
}

// mistake says which option makes no sense: what was not measured would miss no goal.
func (o options) mistake() string {
	switch {
	case flag.NArg() > 0:
		return fmt.Sprintf("there are only flags, and no %q", flag.Arg(0))
	case !slices.Contains([]string{"", sqlite, postgres, nginx}, o.engine):
		return fmt.Sprintf("-engine: there is no %q", o.engine)
	case o.connections < 1, o.rounds < 1, o.rows < 1:
		return "-connections, -rounds and -rows: at least 1"
	case o.round < slice:
		return fmt.Sprintf("-round: at least %s", slice)
	}
	return ""
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	missed := false
	if len(os.Args) > 1 && os.Args[1] == floorCommand {
		err = serveFloor(ctx, os.Getenv("ADDRESS"), os.Getenv("DATABASE_URL"))
	} else {
		o := parseOptions()
		missed, err = benchmark(ctx, o, os.Getenv("TEST_DATABASE_URL"))
		missed = missed && o.strict
	}
	stop() // from here on, an interrupt ends us at once
	if err != nil {
		fmt.Fprintf(os.Stderr, "benchmark: %v\n", err)
	}
	if err != nil || missed {
		os.Exit(1)
	}
}

// benchmark measures on every engine that there is, prints the table, and
// reports whether a goal was missed.
func benchmark(ctx context.Context, o options, server string) (missed bool, err error) {
	dir, err := os.MkdirTemp("", "benchmark-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, app: filepath.Join(dir, "app")}
	progress("building the service")
	// Another build is of the real service; the floor knows the resources of the tests.
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
	// What was measured before something failed is worth to be seen.
	other := floorCommand
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

// realService is the program that the project is about.
const realService = "./cmd/app"

// build builds a program.
func build(ctx context.Context, program string, flags ...string) error {
	command := exec.CommandContext(ctx, "go", slices.Concat([]string{"build", "-buildvcs=false"}, flags, []string{program})...)
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("build the service (run this in the project's folder): %w", err)
	}
	return nil
}

// measurePostgres goes without PostgreSQL when none is installed, and says so. A
// server that was named, and does not answer, is an error.
func (b *bench) measurePostgres(ctx context.Context, server string) error {
	if server == "" {
		progress("starting a throw-away PostgreSQL")
		own, err := postgrestest.Start(ctx)
		if err != nil {
			progress("TEST_DATABASE_URL is not set, and there is no PostgreSQL: %v", err)
			return nil
		}
		defer func() { _ = own.Close() }() // what is left is in the folder for such things
		server = own.URL("postgres")
	}
	database, drop, err := createDatabase(ctx, server)
	if err != nil {
		return fmt.Errorf("PostgreSQL: %w", err)
	}
	defer drop()
	return b.measure(ctx, postgres, database)
}

// progress goes to standard error, so that standard output is the table alone.
func progress(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}
