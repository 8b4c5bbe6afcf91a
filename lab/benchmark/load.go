package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// load is the result of sending requests on a number of connections.
type load struct {
	elapsed time.Duration
	// latencies are the times from the first byte sent to the last byte read.
	latencies []time.Duration
	// cpu is the CPU time of the server.
	cpu time.Duration
	// memory is the resident memory of the server at the end in MB, with all connections open.
	memory float64
}

func (l *load) perSecond() float64 { return float64(len(l.latencies)) / l.elapsed.Seconds() }

// cpuEach is the CPU time of the server per request.
func (l *load) cpuEach() time.Duration { return l.cpu / time.Duration(max(len(l.latencies), 1)) }

// clients are the connections to one process.
type clients struct {
	*process
	all []*client
}

// connect opens a number of connections, which the caller closes.
func connect(ctx context.Context, p *process, connections int) (*clients, error) {
	c := &clients{process: p}
	for range connections {
		one, err := dial(ctx, p.address)
		if err != nil {
			c.close()
			return nil, err
		}
		c.all = append(c.all, one)
	}
	return c, nil
}

func (c *clients) close() {
	for _, one := range c.all {
		_ = one.Close() // no request is in flight
	}
}

// run sends the requests in rotation on every connection, without pauses, for the duration. It adds
// the result to a load.
func (c *clients) run(ctx context.Context, requests []request, duration time.Duration, to *load) error {
	latencies := make([][]time.Duration, len(c.all))
	failures := make([]error, len(c.all))
	cpu, begin := c.cpu(), time.Now()
	var wg sync.WaitGroup
	for i, one := range c.all {
		first := len(to.latencies) + i*len(requests)/len(c.all)
		wg.Go(func() {
			latencies[i], failures[i] = one.repeat(ctx, requests, first, begin.Add(duration))
		})
	}
	wg.Wait()
	to.elapsed += time.Since(begin)
	if err := cmp.Or(failures...); err != nil {
		return fmt.Errorf("the %s: %w", c.name, err)
	}
	to.latencies = append(to.latencies, slices.Concat(latencies...)...)
	to.cpu += c.cpu() - cpu
	to.memory = c.memory()
	return ctx.Err()
}

// repeat sends the requests in rotation, beginning with number next, until the end.
func (c *client) repeat(ctx context.Context, requests []request, next int, end time.Time) ([]time.Duration, error) {
	var latencies []time.Duration
	for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
		if err := c.do(requests[next%len(requests)]); err != nil {
			return nil, err
		}
		next++
		after := time.Now()
		latencies = append(latencies, after.Sub(now))
		now = after
	}
	return latencies, nil
}

// percentile returns the value below which this fraction of the values lies.
func percentile[T ~int64 | ~float64](values []T, fraction float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(fraction*float64(len(sorted))), len(sorted)-1)]
}

func median[T ~int64 | ~float64](values []T) T { return percentile(values, 0.5) }
