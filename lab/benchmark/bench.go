package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/templatesite/internal/discovertest"
)

// starts is how often the start of the service is measured.
const starts = 5

// bench measures the service and collects the rows of the table.
type bench struct {
	options
	// dir is a temporary folder. app is the path of the service's program in it.
	dir, app string
	// resource is the resource that is measured, record the fixture of one row.
	resource discovertest.Resource
	record   record
	table    []row
}

// engine is one database, and the service and the baseline that use it.
type engine struct {
	name, database    string
	service, baseline *process
	starts            []time.Duration // of the service
}

// measure fills a database and measures everything on it.
func (b *bench) measure(ctx context.Context, name, database string) error {
	if err := b.fill(ctx, database); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(b.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	e := &engine{name: name, database: database}
	if b.against != "" {
		return b.compareBuilds(ctx, e, log)
	}
	if err := b.start(ctx, e, log); err != nil {
		return err
	}
	defer e.service.stop()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if e.baseline, err = start(ctx, "baseline", serviceEnv(database), log, self, baselineCommand); err != nil {
		return err
	}
	defer e.baseline.stop()
	if err := e.compareAnswers(ctx, b.resource.Item(1), b.pageTarget(0)); err != nil {
		return err
	}
	if err := b.compare(ctx, e); err != nil {
		return err
	}
	if err := b.measureTokens(ctx, e, log); err != nil { // feature: tokens
		return err
	}
	return b.measureInstruments(ctx, e, log)
}

// start starts the service several times to measure it. The last process keeps running.
func (b *bench) start(ctx context.Context, e *engine, log io.Writer) (err error) {
	for len(e.starts) < starts {
		if e.service != nil {
			e.service.stop()
		}
		if e.service, err = start(ctx, "service", serviceEnv(e.database), log, b.app, "serve"); err != nil {
			return err
		}
		e.starts = append(e.starts, e.service.ready)
	}
	return nil
}

// compare adds the rows of one engine to the table.
func (b *bench) compare(ctx context.Context, e *engine) error {
	idle := row{
		engine: e.name, what: "memory, idle",
		service: megabytes(e.service.memory()), baseline: megabytes(e.baseline.memory()),
	}
	var service, baseline float64
	for _, c := range b.cases() {
		pairs, err := b.alternate(ctx, e, c, b.rounds)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			service, baseline = max(service, p.service.memory), max(baseline, p.baseline.memory)
		}
		b.table = append(b.table, caseRow(e.name, c, pairs))
		if err := b.saveProfile(ctx, e, c); err != nil {
			return err
		}
	}
	b.table = append(b.table, startRow(e), idle, row{
		engine: e.name, what: "memory, under load", service: megabytes(service), baseline: megabytes(baseline),
		goal: goal{limit: 60, unit: " MB"}, value: service,
	})
	deep, err := b.deepPage(ctx, e)
	b.table = append(b.table, deep)
	return err
}
