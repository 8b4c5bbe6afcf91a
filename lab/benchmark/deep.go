package main

import (
	"context"
	"fmt"
	"time"
)

// deepRows is the number of rows that are added for the deep page.
const deepRows = 1_000_000

// deepRequests is the number of reads of each page.
const deepRequests = 1000

// growSQL adds copies of row 1, with SQL that both engines support.
const growSQL = `
	with recursive n(i) as (select 1 union all select i + 1 from n where i < $1)
	insert into shelf (name, room, version)
	select name, room, version
	from n, (select * from shelf where id = 1) as one`

// deepPage alternately reads the first page of a large table and a page at its end.
func (b *bench) deepPage(ctx context.Context, e *engine) (row, error) {
	progress("%s: growing the table to %d rows", e.name, deepRows)
	last, err := e.grow(ctx)
	if err != nil {
		return row{}, err
	}
	c, err := dial(ctx, e.service.address)
	if err != nil {
		return row{}, err
	}
	defer c.Close()
	pages := [2]request{get(b.pageTarget(0)), get(b.pageTarget(last - 1000))}
	var latencies [2][]time.Duration
	for range deepRequests {
		for i, page := range pages {
			begin := time.Now()
			if err := c.do(page); err != nil {
				return row{}, err
			}
			latencies[i] = append(latencies[i], time.Since(begin))
		}
	}
	first, deep := median(latencies[0]), median(latencies[1])
	value := deep.Seconds() / first.Seconds()
	return row{
		engine: e.name, what: "deep page / first page", service: milliseconds(deep) + " / " + milliseconds(first),
		ratio: fmt.Sprintf("%.2f", value), goal: goal{limit: 1.2}, value: value,
	}, ctx.Err()
}

// grow adds deepRows rows, and returns the last id.
func (e *engine) grow(ctx context.Context) (last int, err error) {
	db, err := openDatabase(e.database)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, growSQL, deepRows); err != nil {
		return 0, err
	}
	if e.name == postgres {
		// Otherwise autovacuum would start during the measurement.
		if _, err := db.ExecContext(ctx, "vacuum analyze shelf"); err != nil {
			return 0, err
		}
	}
	err = db.QueryRowContext(ctx, "select max(id) from shelf").Scan(&last)
	return last, err
}
