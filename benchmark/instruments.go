package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// measureInstruments measures what it costs the service to be watched.
func (b *bench) measureInstruments(ctx context.Context, e *engine, log io.Writer) error {
	collector, err := startCollector(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = collector.Close() }() // it keeps nothing
	nobody, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	traces := func(address string) string { return "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + address }
	for _, c := range []struct{ name, with, without string }{
		// Nothing is counted and timed without an admin address at which one could look.
		{"metrics on / off", "", "ADMIN_ADDRESS="},
		{"collector down / up", traces(nobody), traces(collector.Addr)},
	} {
		if err := b.compareSettings(ctx, e, log, c.name, c.with, c.without); err != nil {
			return err
		}
	}
	scrape, err := e.scrape(ctx)
	b.table = append(b.table, scrape)
	return err
}

// together is how many rounds two processes have, before others take their place.
const together = 6

// compareSettings compares the service with itself with another setting. What is looked
// for is small, and how a process happens to lie in memory makes a difference of a few
// percent for as long as it runs: so many processes are compared.
func (b *bench) compareSettings(ctx context.Context, e *engine, log io.Writer, name, with, without string) error {
	c := cases(b.rows)[0]
	c.name, c.goal.limit = name, 0.95
	var pairs []pair
	for range b.rounds {
		round, err := b.compareOnce(ctx, e, log, c, with, without)
		if err != nil {
			return err
		}
		pairs = append(pairs, round...)
	}
	b.table = append(b.table, caseRow(e.name, c, pairs))
	return nil
}

func (b *bench) compareOnce(ctx context.Context, e *engine, log io.Writer, c testCase, with, without string) ([]pair, error) {
	var both [2]*process
	for i, setting := range []string{with, without} {
		environment := serviceEnv(e.database)
		if setting != "" {
			environment = append(environment, setting)
		}
		p, err := start(ctx, "service", environment, log, b.app, "serve")
		if err != nil {
			return nil, err
		}
		defer p.stop()
		both[i] = p
	}
	return b.alternate(ctx, &engine{name: e.name, service: both[0], floor: both[1]}, c, together)
}

// startCollector starts a collector of traces, which takes all and keeps nothing.
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
