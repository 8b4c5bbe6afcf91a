package app

import (
	"fmt"
	"text/tabwriter"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/web"
)

type routesCommand struct{}

// Run prints a table of methods, paths and operations.
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

// api returns the API as it would be served. It does not connect to the database.
func (p *program) api() (*web.API, error) {
	db, err := database.Open(p.options())
	if err != nil {
		return nil, err
	}
	api, _ := p.routes(parts{db: db, ready: health.New(nil, nil)})
	return api, nil
}
