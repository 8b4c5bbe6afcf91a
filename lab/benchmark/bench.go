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

// bench measures the service, and collects what it finds.
type bench struct {
	options
	// dir holds what goes away at the end, app the service among it.
	dir, app string
	// resource is what is measured, and record a row of it.
	resource discovertest.Resource
	record   record
	table    []row
}

// engine is one database, with the service and the floor running on it.
type engine struct {
	name, database string
	service, floor *process
	starts         []time.Duration // of the service
}

// measure measures everything on one database, which it fills.
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
	if e.floor, err = start(ctx, "floor", serviceEnv(database), log, self, floorCommand); err != nil {
		return err
	}
	defer e.floor.stop()
	if err := e.compareAnswers(ctx, b.resource.Item(1), b.pageTarget(0)); err != nil {
		return err
	}
	if err := b.compare(ctx, e); err != nil {
		return err
	}
	return b.measureInstruments(ctx, e, log)
}

// start starts the service several times; the last one stays.
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
		service: megabytes(e.service.memory()), floor: megabytes(e.floor.memory()),
	}
	var service, floor float64
	for _, c := range b.cases() {
		pairs, err := b.alternate(ctx, e, c, b.rounds)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			service, floor = max(service, p.service.memory), max(floor, p.floor.memory)
		}
		b.table = append(b.table, caseRow(e.name, c, pairs))
		if err := b.saveProfile(ctx, e, c); err != nil {
			return err
		}
	}
	b.table = append(b.table, startRow(e), idle, row{
		engine: e.name, what: "memory, under load", service: megabytes(service), floor: megabytes(floor),
		goal: goal{limit: 60, unit: " MB"}, value: service,
	})
	deep, err := b.deepPage(ctx, e)
	b.table = append(b.table, deep)
	return err
}
