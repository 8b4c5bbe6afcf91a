package diary

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.com/templatesite/internal/web"
)

// Store keeps diaries in a database. It is safe for concurrent use if its queriers are pools;
// in a transaction, both are the transaction: see web.DB.Tx. The SQL is the same for both
// engines. Its first line names the statement for observers and in the database's log.
//
// Each diary has an owner: every method asks whose diaries it is about, and those of others are not there.
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
	fields  = `owner, title, version`
	columns = `id, ` + fields
)

func (d *Diary) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&d.ID, &d.Owner, &d.Title, &d.Version)
	return web.Row("diary", d.ID, err)
}

// values returns the values of fields, in the same order.
func (d *Diary) values() []any {
	return []any{d.Owner, d.Title, d.Version}
}

func scan(row *sql.Row) (Diary, error) {
	var d Diary
	err := d.scan(row)
	return d, err
}

// There are two statements, since no engine would find the rows of an owner in an index by one
// condition for both.
const (
	listSQL = `-- diary.list
	select ` + columns + `
	from diary
	where owner = $1 and id > $2
	order by id
	limit $3`

	listEveryoneSQL = `-- diary.list_everyone
	select ` + columns + `
	from diary
	where id > $1
	order by id
	limit $2`
)

// List returns at most limit diaries after an id, oldest first.
func (s Store) List(ctx context.Context, owner web.Owner, after int64, limit int) ([]Diary, error) {
	if owner.Everyone {
		return s.list(ctx, listEveryoneSQL, limit, after, limit)
	}
	return s.list(ctx, listSQL, limit, owner.Name, after, limit)
}

func (s Store) list(ctx context.Context, query string, limit int, arguments ...any) ([]Diary, error) {
	rows, err := s.Read.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	diaries, id := make([]Diary, 0, limit), int64(0)
	for rows.Next() {
		diaries = append(diaries, Diary{})
		d := &diaries[len(diaries)-1]
		if err := d.scan(rows); err != nil {
			return nil, err
		}
		id = d.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the diary that follows %d: %w", id, err)
	}
	return diaries, nil
}

const createSQL = `-- diary.create
	insert into diary (` + fields + `)
	values ($1, $2, $3)
	returning ` + columns

// Create stores a new diary and returns it.
func (s Store) Create(ctx context.Context, owner web.Owner, f Fields) (Diary, error) {
	d := Diary{Owner: owner.Name, Fields: f, Version: web.NewVersion()}
	return scan(s.Write.QueryRowContext(ctx, createSQL, d.values()...))
}

// The last argument of these statements says that rows of everyone are found. The id finds the row,
// so it makes no difference to the plan.
const getSQL = `-- diary.get
	select ` + columns + `
	from diary
	where id = $1 and (owner = $2 or $3)`

// Get returns one diary, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, owner web.Owner, id int64) (Diary, error) {
	d, err := scan(s.Read.QueryRowContext(ctx, getSQL, id, owner.Name, owner.Everyone))
	if errors.Is(err, sql.ErrNoRows) {
		return d, web.ErrNotFound
	}
	return d, web.Row("diary", id, err)
}

const updateSQL = `-- diary.update
	update diary
	set title = $1, version = version + 1
	where id = $2 and version = $3 and (owner = $4 or $5)
	returning ` + columns

// Update changes one diary and returns it, or web.ErrNotFound. change receives the current
// diary; if it returns an error, nothing is stored. When a concurrent request changes the
// diary in between, change is called again with the result: no change is lost.
func (s Store) Update(ctx context.Context, owner web.Owner, id int64, change func(*Diary) error) (Diary, error) {
	for {
		d, err := s.Get(ctx, owner, id)
		if err != nil {
			return d, err
		}
		if err := change(&d); err != nil {
			return d, err
		}
		d, err = scan(s.Write.QueryRowContext(ctx, updateSQL, d.Title, id, d.Version, owner.Name, owner.Everyone))
		if !errors.Is(err, sql.ErrNoRows) {
			return d, err
		}
	}
}

const deleteSQL = `-- diary.delete
	delete from diary
	where id = $1 and version = $2 and (owner = $3 or $4)
	returning id`

// Delete removes one diary, or returns web.ErrNotFound. check receives the current diary; if
// it returns an error, the diary stays.
func (s Store) Delete(ctx context.Context, owner web.Owner, id int64, check func(Diary) error) error {
	for {
		d, err := s.Get(ctx, owner, id)
		if err != nil {
			return err
		}
		if err := check(d); err != nil {
			return err
		}
		err = s.Write.QueryRowContext(ctx, deleteSQL, id, d.Version, owner.Name, owner.Everyone).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- diary.load
	insert into diary (` + fields + `, id)
	values ($1, $2, $3, $4)
	on conflict (id) do update
	set owner = excluded.owner, title = excluded.title, version = excluded.version`

// load stores a diary of a fixture under its id.
func (s Store) load(ctx context.Context, d Diary) error {
	_, err := s.Write.ExecContext(ctx, loadSQL, append(d.values(), d.ID)...)
	return err
}
