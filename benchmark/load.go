package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// load is what a number of connections achieved in one round.
type load struct {
	perSecond float64
	// latencies are from the first byte sent to the last one read.
	latencies []time.Duration
	// cpu is the server's processor time for one request.
	cpu time.Duration
	// memory is the server's at the end, in MB, while all are connected.
	memory float64
}

// run sends the requests over and over, on every connection the next one as soon
// as the answer to the one before is there.
func run(ctx context.Context, p *process, requests []request, connections int, duration time.Duration) (*load, error) {
	clients := make([]*client, connections)
	for i := range clients {
		c, err := dial(ctx, p.address)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		clients[i] = c
	}
	latencies := make([][]time.Duration, connections)
	failures := make([]error, connections)
	cpu, begin := p.cpu(), time.Now()
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			latencies[i], failures[i] = c.repeat(ctx, requests, i*len(requests)/connections, begin.Add(duration))
		})
	}
	wg.Wait()
	elapsed := time.Since(begin)
	if err := cmp.Or(failures...); err != nil {
		return nil, fmt.Errorf("the %s: %w", p.name, err)
	}
	all := slices.Concat(latencies...)
	count := max(len(all), 1)
	return &load{
		perSecond: float64(len(all)) / elapsed.Seconds(),
		latencies: all,
		cpu:       (p.cpu() - cpu) / time.Duration(count),
		memory:    p.memory(),
	}, ctx.Err()
}

// repeat sends requests one after the other until the end.
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

// percentile returns the value below which that part of the values is.
func percentile[T ~int64 | ~float64](values []T, part float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

func median[T ~int64 | ~float64](values []T) T { return percentile(values, 0.5) }
