package main

import (
	"fmt"
	"runtime/debug"
	"text/tabwriter"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/web"
)

// version and commit are for builds that Git cannot be asked about, such as that
// of the image: go build -ldflags "-X main.version=… -X main.commit=…".
var version, commit string

// build is what is known of this binary.
type build struct{ Module, Version, Commit, Go string }

func buildInfo() build {
	b := build{Module: "templatesite", Version: version, Commit: commit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Module, b.Go = info.Main.Path, info.GoVersion
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = s.Value
		}
	}
	if b.Commit == "" {
		b.Commit = "unknown"
	}
	return b
}

type versionCommand struct{}

func (versionCommand) Run(p *program) error {
	b := buildInfo()
	_, err := fmt.Fprintf(p.stdout, "%s %s, commit %s, %s\n", b.Module, b.Version, b.Commit, b.Go)
	return err
}

type settingsCommand struct{}

func (settingsCommand) Run(p *program) error { return settings.Print(p.stdout, p.settings) }

type routesCommand struct{}

// Run lists method, path and operation.
func (routesCommand) Run(p *program) error {
	api, err := p.api()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "METHOD\tPATH\tOPERATION")
	for _, route := range api.Routes() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", route.Method, route.Path, route.Operation)
	}
	return table.Flush()
}

type openapiCommand struct {
	YAML bool `help:"Write YAML, not JSON."`
}

// Help is shown by app openapi --help.
func (openapiCommand) Help() string {
	return `Examples:
  app openapi > openapi.json
  app openapi --yaml > openapi.yaml`
}

func (c openapiCommand) Run(p *program) error {
	api, err := p.api()
	if err != nil {
		return err
	}
	format := "json"
	if c.YAML {
		format = "yaml"
	}
	text, err := api.Description(format)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, string(text))
	return err
}

// api returns the API as it would be served; its database is never asked.
func (p *program) api() (*web.API, error) {
	db, err := database.Open(p.config.options())
	if err != nil {
		return nil, err
	}
	api, _ := routes(p.config, db, health.New(nil, nil), instruments{})
	return api, nil
}
