package entry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// Store keeps entries in a database. It is safe for concurrent use if its queriers are pools;
// in a transaction, both are the transaction: see web.DB.Tx. The SQL is the same for both
// engines. Its first line names the statement for observers and in the database's log.
//
// Each entry has an owner: every method asks whose entries it is about, and those of others are not there.
type Store struct {
	Read, Write web.Querier
}

// NewStore returns a store on the pools of a database.
func NewStore(db web.DB) Store {
	read, write := db.Queriers()
	return Store{read, write}
}

// Add a new field to fields, scan and values, in the same order, to the placeholders of
// createSQL and loadSQL, and to the set clauses of updateSQL and loadSQL.
const (
	fields  = `owner, diary, earlier, shelf, text, number, day, mood, written, version`
	columns = `id, ` + fields
)

func (e *Entry) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&e.ID, &e.Owner, &e.Diary, &e.Earlier, &e.Shelf, &e.Text, &e.Number, web.Date(&e.Day), &e.Mood, web.Timestamp(&e.Written), &e.Version)
	return web.Row("entry", e.ID, err)
}

// values returns the values of fields, in the same order.
func (e *Entry) values() []any {
	return []any{e.Owner, e.Diary, e.Earlier, e.Shelf, e.Text, e.Number, web.Date(&e.Day), e.Mood, web.Timestamp(&e.Written), e.Version}
}

func scan(row *sql.Row) (Entry, error) {
	var e Entry
	err := e.scan(row)
	return e, err
}

// There are two statements, since no engine would find the rows of an owner in an index by one
// condition for both.
const (
	listSQL = `-- entry.list
	select ` + columns + `
	from entry
	where owner = $1 and id > $2
	order by id
	limit $3`

	listEveryoneSQL = `-- entry.list_everyone
	select ` + columns + `
	from entry
	where id > $1
	order by id
	limit $2`
)

// List returns at most limit entries after an id, oldest first.
func (s Store) List(ctx context.Context, owner web.Owner, after int64, limit int) ([]Entry, error) {
	if owner.Everyone {
		return s.list(ctx, listEveryoneSQL, limit, after, limit)
	}
	return s.list(ctx, listSQL, limit, owner.Name, after, limit)
}

func (s Store) list(ctx context.Context, query string, limit int, arguments ...any) ([]Entry, error) {
	rows, err := s.Read.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries, id := make([]Entry, 0, limit), int64(0)
	for rows.Next() {
		entries = append(entries, Entry{})
		e := &entries[len(entries)-1]
		if err := e.scan(rows); err != nil {
			return nil, err
		}
		id = e.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the entry that follows %d: %w", id, err)
	}
	return entries, nil
}

const createSQL = `-- entry.create
	insert into entry (` + fields + `)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	returning ` + columns

// Create stores a new entry and returns it.
func (s Store) Create(ctx context.Context, owner web.Owner, f Fields) (Entry, error) {
	e := Entry{Owner: owner.Name, Fields: f, Written: time.Now(), Version: web.NewVersion()}
	return scan(s.Write.QueryRowContext(ctx, createSQL, e.values()...))
}

// The last argument of these statements says that rows of everyone are found. The id finds the row,
// so it makes no difference to the plan.
const getSQL = `-- entry.get
	select ` + columns + `
	from entry
	where id = $1 and (owner = $2 or $3)`

// Get returns one entry, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, owner web.Owner, id int64) (Entry, error) {
	e, err := scan(s.Read.QueryRowContext(ctx, getSQL, id, owner.Name, owner.Everyone))
	if errors.Is(err, sql.ErrNoRows) {
		return e, web.ErrNotFound
	}
	return e, web.Row("entry", id, err)
}

const updateSQL = `-- entry.update
	update entry
	set diary = $1, earlier = $2, shelf = $3, text = $4, number = $5, day = $6, mood = $7, version = version + 1
	where id = $8 and version = $9 and (owner = $10 or $11)
	returning ` + columns

// Update changes one entry and returns it, or web.ErrNotFound. change receives the current
// entry; if it returns an error, nothing is stored. When a concurrent request changes the
// entry in between, change is called again with the result: no change is lost.
func (s Store) Update(ctx context.Context, owner web.Owner, id int64, change func(*Entry) error) (Entry, error) {
	for {
		e, err := s.Get(ctx, owner, id)
		if err != nil {
			return e, err
		}
		if err := change(&e); err != nil {
			return e, err
		}
		e, err = scan(s.Write.QueryRowContext(ctx, updateSQL, e.Diary, e.Earlier, e.Shelf, e.Text, e.Number, web.Date(&e.Day), e.Mood, id, e.Version, owner.Name, owner.Everyone))
		if !errors.Is(err, sql.ErrNoRows) {
			return e, err
		}
	}
}

const deleteSQL = `-- entry.delete
	delete from entry
	where id = $1 and version = $2 and (owner = $3 or $4)
	returning id`

// Delete removes one entry, or returns web.ErrNotFound. check receives the current entry; if
// it returns an error, the entry stays.
func (s Store) Delete(ctx context.Context, owner web.Owner, id int64, check func(Entry) error) error {
	for {
		e, err := s.Get(ctx, owner, id)
		if err != nil {
			return err
		}
		if err := check(e); err != nil {
			return err
		}
		err = s.Write.QueryRowContext(ctx, deleteSQL, id, e.Version, owner.Name, owner.Everyone).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- entry.load
	insert into entry (` + fields + `, id)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	on conflict (id) do update
	set owner = excluded.owner, diary = excluded.diary, earlier = excluded.earlier, shelf = excluded.shelf, text = excluded.text, number = excluded.number, day = excluded.day, mood = excluded.mood, written = excluded.written, version = excluded.version`

// load stores an entry of a fixture under its id.
func (s Store) load(ctx context.Context, e Entry) error {
	_, err := s.Write.ExecContext(ctx, loadSQL, append(e.values(), e.ID)...)
	return err
}
