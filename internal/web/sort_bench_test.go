package web_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// millionSQL are 1,000,000 rows, of which 10,000 have the same price, and nine of ten the same day.
var millionSQL = []string{
	`insert into entry (title, day, price)
	with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000000)
	select 'title ' || (i % 1000 * 7919), '2026-01-02', (i - 1) / 10000 from n`,
	"update entry set day = '2026-01-01' where id % 10 = 0",
	"analyze",
}

// handSQL is the page after a place as one would write it for an engine that finds the place by the values
// of a row.
const handSQL = `select ` + entryColumns + ` from entry where day = $1 and (price, id) > ($2, $3) order by price, id limit $4`

// BenchmarkSortedList reads 100 of 1,000,000 rows, filtered and sorted: the first ones, those after
// 900,000, and the latter by hand. The place is in the middle of rows with the same price.
func BenchmarkSortedList(b *testing.B) {
	for _, engine := range databasetest.Engines() {
		db := databasetest.OpenOn(b, engine, []web.Resource{entries()})
		const day = "2026-01-02"
		for _, sql := range millionSQL {
			if _, err := db.Write.ExecContext(b.Context(), sql); err != nil {
				b.Fatal(err)
			}
		}
		for _, tt := range []struct{ name, cursor string }{{"first", ""}, {"after_900000", `["price","0.90",905000]`}} {
			list := web.NewSelect("-- entry.list\n\tselect " + entryColumns + "\n\tfrom entry")
			list.Where("day = ?", day)
			in := web.SortedInput{Limit: 100, After: base64.RawURLEncoding.EncodeToString([]byte(tt.cursor))}
			if err := entrySorts.Page(list, "price", &in); err != nil {
				b.Fatal(err)
			}
			query, arguments := list.SQL()
			b.Run(fmt.Sprintf("%s/%s", engine, tt.name), func(b *testing.B) { readRows(b, db, query, arguments...) })
		}
		b.Run(string(engine)+"/by_hand", func(b *testing.B) { readRows(b, db, handSQL, day, 90, 905000, 101) })
	}
}

func readRows(b *testing.B, db *database.DB, query string, arguments ...any) {
	for b.Loop() {
		rows, err := db.QueryContext(b.Context(), query, arguments...)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for e := (entry{}); rows.Next(); n++ {
			if err := rows.Scan(&e.ID, &e.Title, &e.Rank, web.OptionalTimestamp(&e.Due), web.Date(&e.Day), web.Decimal(&e.Price, 2)); err != nil {
				b.Fatal(err)
			}
		}
		if n != 101 || rows.Err() != nil {
			b.Fatalf("%d rows, %v", n, rows.Err())
		}
		rows.Close()
	}
}
