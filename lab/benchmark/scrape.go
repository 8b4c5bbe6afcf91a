package main

import (
	"context"
	"fmt"
	"time"
)

// scrapes is the number of scrapes.
const scrapes = 100

// scrape measures what a scrape by Prometheus costs the service, with the series of all requests so
// far.
func (e *engine) scrape(ctx context.Context) (row, error) {
	c, err := dial(ctx, e.service.admin)
	if err != nil {
		return row{}, err
	}
	defer c.Close()
	metrics := get("/metrics", "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "Accept-Encoding: gzip")
	var latencies []time.Duration
	cpu := e.service.cpu()
	for range scrapes {
		begin := time.Now()
		if err := c.do(metrics); err != nil {
			return row{}, err
		}
		latencies = append(latencies, time.Since(begin))
	}
	taken := (e.service.cpu() - cpu) / scrapes
	return row{
		engine: e.name, what: "scrape of the metrics", service: milliseconds(median(latencies)),
		p99:  [2]string{fmt.Sprintf("%.1f ms", percentile(latencies, 0.99).Seconds()*1e3)},
		cpu:  [2]string{fmt.Sprintf("%.0f µs", taken.Seconds()*1e6)},
		goal: goal{limit: 5, unit: " ms"}, value: median(latencies).Seconds() * 1e3,
	}, nil
}
