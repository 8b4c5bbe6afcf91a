package shelf

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// Store keeps shelves in a database. It is safe for concurrent use if its queriers are pools;
// in a transaction, both are the transaction: see web.DB.Tx. The SQL is the same for both
// engines. Its first line names the statement for observers and in the database's log.
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
	fields  = `name, founded, version`
	columns = `id, ` + fields
)

func (v *Shelf) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&v.ID, &v.Name, web.Timestamp(&v.Founded), &v.Version)
	return web.Row("shelf", v.ID, err)
}

// values returns the values of fields, in the same order.
func (v *Shelf) values() []any {
	return []any{v.Name, web.Timestamp(&v.Founded), v.Version}
}

func scan(row *sql.Row) (Shelf, error) {
	var v Shelf
	err := v.scan(row)
	return v, err
}

const listSQL = `-- shelf.list
	select ` + columns + `
	from shelf
	where id > $1
	order by id
	limit $2`

// List returns at most limit shelves after an id, oldest first.
func (s Store) List(ctx context.Context, after int64, limit int) ([]Shelf, error) {
	return s.list(ctx, listSQL, after, limit)
}

const listBeforeSQL = `-- shelf.list_before
	select ` + columns + `
	from shelf
	where id < $1
	order by id desc
	limit $2`

// ListBefore returns at most limit shelves before an id, newest first.
func (s Store) ListBefore(ctx context.Context, before int64, limit int) ([]Shelf, error) {
	return s.list(ctx, listBeforeSQL, before, limit)
}

func (s Store) list(ctx context.Context, query string, id int64, limit int) ([]Shelf, error) {
	rows, err := s.Read.QueryContext(ctx, query, id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	shelves := make([]Shelf, 0, limit)
	for rows.Next() {
		shelves = append(shelves, Shelf{})
		v := &shelves[len(shelves)-1]
		if err := v.scan(rows); err != nil {
			return nil, err
		}
		id = v.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the shelf that follows %d: %w", id, err)
	}
	return shelves, nil
}

const createSQL = `-- shelf.create
	insert into shelf (` + fields + `)
	values ($1, $2, $3)
	returning ` + columns

// Create stores a new shelf and returns it.
func (s Store) Create(ctx context.Context, f Fields) (Shelf, error) {
	v := Shelf{Fields: f, Founded: time.Now(), Version: web.NewVersion()}
	return scan(s.Write.QueryRowContext(ctx, createSQL, v.values()...))
}

const getSQL = `-- shelf.get
	select ` + columns + `
	from shelf
	where id = $1`

// Get returns one shelf, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, id int64) (Shelf, error) {
	v, err := scan(s.Read.QueryRowContext(ctx, getSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, web.ErrNotFound
	}
	return v, web.Row("shelf", id, err)
}

const updateSQL = `-- shelf.update
	update shelf
	set name = $1, version = version + 1
	where id = $2 and version = $3
	returning ` + columns

// Update changes one shelf and returns it, or web.ErrNotFound. change receives the current
// shelf; if it returns an error, nothing is stored. When a concurrent request changes the
// shelf in between, change is called again with the result: no change is lost.
func (s Store) Update(ctx context.Context, id int64, change func(*Shelf) error) (Shelf, error) {
	for {
		v, err := s.Get(ctx, id)
		if err != nil {
			return v, err
		}
		if err := change(&v); err != nil {
			return v, err
		}
		v, err = scan(s.Write.QueryRowContext(ctx, updateSQL, v.Name, id, v.Version))
		if !errors.Is(err, sql.ErrNoRows) {
			return v, err
		}
	}
}

const deleteSQL = `-- shelf.delete
	delete from shelf
	where id = $1 and version = $2
	returning id`

// Delete removes one shelf, or returns web.ErrNotFound. check receives the current shelf; if
// it returns an error, the shelf stays.
func (s Store) Delete(ctx context.Context, id int64, check func(Shelf) error) error {
	for {
		v, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(v); err != nil {
			return err
		}
		err = s.Write.QueryRowContext(ctx, deleteSQL, id, v.Version).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- shelf.load
	insert into shelf (` + fields + `, id)
	values ($1, $2, $3, $4)
	on conflict (id) do update
	set name = excluded.name, founded = excluded.founded, version = excluded.version`

// load stores a shelf of a fixture under its id.
func (s Store) load(ctx context.Context, v Shelf) error {
	_, err := s.Write.ExecContext(ctx, loadSQL, append(v.values(), v.ID)...)
	return err
}
