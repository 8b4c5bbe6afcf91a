package audit

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"example.com/templatesite/internal/web"
)

// Entry is what is known about one change.
type Entry struct {
	ID   int64     `json:"id"`
	Time time.Time `json:"time"`
	// Caller, Name and Owner are the caller's, and empty if nobody was known. Then Client is the
	// address, unless the change was made on the command line.
	Caller string `json:"caller"`
	Name   string `json:"caller_name"`
	Owner  string `json:"caller_owner"`
	Client string `json:"client"`

	Operation string `json:"operation"`
	Resource  string `json:"resource"`
	Row       string `json:"row"`
	// RequestID leads to the request in the log. It is empty for a change on the command line.
	RequestID string `json:"request_id"`
}

// Filter selects entries. Empty fields are ignored.
type Filter struct {
	// Since is the time of the oldest entry.
	Since time.Time
	// Before is the id of the entry before which to begin.
	Before int64
	// Caller is an id, a name or an owner.
	Caller        string
	Resource, Row string
}

const listSQL = `-- audit.list
	select id, created, caller, caller_name, caller_owner, client, operation, resource, row_id, request_id
	from audit
	where id < $1 and created >= $2 and ($3 = '' or $3 in (caller, caller_name, caller_owner))
		and ($4 = '' or resource = $4) and ($5 = '' or row_id = $5)
	order by id desc
	limit $6`

// List returns the latest entries that the filter selects, at most limit, the newest last.
func (t *Trail) List(ctx context.Context, f Filter, limit int) (found []Entry, err error) {
	rows, err := t.read.QueryContext(ctx, listSQL, cmp.Or(f.Before, math.MaxInt64), web.Timestamp(&f.Since), f.Caller, f.Resource, f.Row, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		if err := rows.Scan(&e.ID, web.Timestamp(&e.Time), &e.Caller, &e.Name, &e.Owner, &e.Client, &e.Operation, &e.Resource, &e.Row, &e.RequestID); err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	slices.Reverse(found)
	return found, rows.Err()
}
