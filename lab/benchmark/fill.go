package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/templatesite/internal/discovertest"
)

// text is the text of every row, cut to the limit of the field.
const text = "Laying bricks, so that you do not have to: measured with a long text."

// record is a row in a fixture.
type record struct {
	Model  string         `json:"model"`
	Key    int            `json:"pk"`
	Fields map[string]any `json:"fields"`
}

// discover finds the resource with this name, or the first one if the name is empty. For that it
// starts the service on a temporary database with the fixtures.
func (b *bench) discover(ctx context.Context, name string) error {
	database := "sqlite:" + filepath.Join(b.dir, "discover.db")
	p, err := start(ctx, "service", serviceEnv(database), io.Discard, b.app, "serve")
	if err != nil {
		return err
	}
	defer p.stop()
	all, err := discovertest.All(ctx, "http://"+p.address)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(r discovertest.Resource) bool { return r.Plain() && (name == "" || r.Name == name) })
	if i < 0 {
		return errors.New("the service has no resource to measure: one whose rows may be alike, and whose list is in the order of the ids")
	}
	b.resource = all[i]
	output, err := run(ctx, b.app, database, "", "dumpdata", b.resource.Name)
	if err != nil {
		return err
	}
	var fixture []record
	if err := json.Unmarshal(output, &fixture); err != nil || len(fixture) == 0 {
		return fmt.Errorf("no fixtures of %s: %w", b.resource.Name, err)
	}
	b.record = fixture[0]
	b.record.Fields[b.resource.Text] = b.text()
	return nil
}

// text returns the text, cut to the limit of the field.
func (b *bench) text() string {
	if limit := b.resource.MaxLength; limit > 0 && limit < uint64(len(text)) {
		return text[:limit]
	}
	return text
}

// fill creates the schema and the rows with the commands of the service.
func (b *bench) fill(ctx context.Context, database string) error {
	progress("filling a database with %d rows", b.rows)
	if b.against != "" { // usually the older build
		if _, err := run(ctx, b.against, database, "", "migrate"); err != nil {
			return err
		}
	}
	if _, err := run(ctx, b.app, database, "", "migrate"); err != nil {
		return err
	}
	if _, err := run(ctx, b.app, database, "", "loaddata"); err != nil { // the rows may refer to fixtures
		return err
	}
	fixture := make([]record, b.rows)
	for i := range fixture {
		fixture[i] = b.record
		fixture[i].Key = i + 1
	}
	input, err := json.Marshal(fixture)
	if err != nil {
		return err
	}
	_, err = run(ctx, b.app, database, string(input), "loaddata", "-")
	return err
}

// run runs a command of the service, and returns its output.
func run(ctx context.Context, program, database, input string, arguments ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Env = serviceEnv(database)
	cmd.Stdin = strings.NewReader(input)
	var problems strings.Builder
	cmd.Stderr = &problems
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("app %s: %w: %s", arguments[0], err, &problems)
	}
	return output, nil
}
