package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// measureInstruments measures what metrics and traces cost the service.
func (b *bench) measureInstruments(ctx context.Context, e *engine, log io.Writer) error {
	collector, err := startCollector(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = collector.Close() }() // it stores nothing
	unused, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	traces := func(address string) string { return "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + address }
	for _, c := range []struct{ name, with, without string }{
		// Without an admin address the service measures nothing.
		{"metrics on / off", "", "ADMIN_ADDRESS="},
		{"collector down / up", traces(unused), traces(collector.Addr)},
	} {
		if err := b.compareSettings(ctx, e, log, c.name, c.with, c.without); err != nil {
			return err
		}
	}
	scrape, err := e.scrape(ctx)
	b.table = append(b.table, scrape)
	return err
}

// roundsPerStart is the number of rounds before new processes are started.
const roundsPerStart = 6

// compareSettings compares the service with two different settings. The expected difference is
// small, and the memory layout of a process alone makes a difference of a few percent, so it
// compares many processes.
func (b *bench) compareSettings(ctx context.Context, e *engine, log io.Writer, name, with, without string) error {
	c := b.cases()[0]
	c.name, c.goal.limit = name, 0.95
	return b.compareVariants(ctx, e, log, c, variant{b.app, with}, variant{b.app, without})
}

// compareBuilds compares the service with another build of it, such as one before a change.
func (b *bench) compareBuilds(ctx context.Context, e *engine, log io.Writer) error {
	for _, c := range b.cases() {
		c.goal.limit = 0.97
		if err := b.compareVariants(ctx, e, log, c, variant{program: b.app}, variant{program: b.against}); err != nil {
			return err
		}
	}
	return nil
}

// variant is a build of the service with a setting of the form NAME=value, or without one.
type variant struct{ program, setting string }

func (b *bench) compareVariants(ctx context.Context, e *engine, log io.Writer, c testCase, variants ...variant) error {
	var pairs []pair
	for range b.rounds {
		round, err := b.compareOnce(ctx, e, log, c, variants...)
		if err != nil {
			return err
		}
		pairs = append(pairs, round...)
	}
	b.table = append(b.table, caseRow(e.name, c, pairs))
	return nil
}

func (b *bench) compareOnce(ctx context.Context, e *engine, log io.Writer, c testCase, variants ...variant) ([]pair, error) {
	var both [2]*process
	for i, v := range variants {
		environment := serviceEnv(e.database)
		if v.setting != "" {
			environment = append(environment, v.setting)
		}
		p, err := start(ctx, "service", environment, log, v.program, "serve")
		if err != nil {
			return nil, err
		}
		defer p.stop()
		both[i] = p
	}
	return b.alternate(ctx, &engine{name: e.name, service: both[0], baseline: both[1]}, c, roundsPerStart)
}

// startCollector starts a collector that accepts all traces and discards them.
func startCollector(ctx context.Context) (*http.Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &http.Server{Addr: listener.Addr().String(), ReadTimeout: 10 * time.Second, Handler: http.HandlerFunc(
		func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}
	go func() { _ = s.Serve(listener) }() // until it is closed
	return s, nil
}
