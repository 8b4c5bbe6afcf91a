package sampletest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// bookStore keeps books in a database. Its queriers are the two pools, or both the same
// transaction.
type bookStore struct{ read, write web.Querier }

func newBookStore(db web.DB) bookStore {
	read, write := db.Queriers()
	return bookStore{read, write}
}

// filter selects the books to list. Empty fields are ignored.
type filter struct {
	Status string
	Listed *bool
	Shelf  *int64
}

const (
	bookFields  = `shelf, title, code, pages, note, status, listed, due, version`
	bookColumns = `id, ` + bookFields
)

func (b *Book) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&b.ID, &b.Shelf, &b.Title, &b.Code, &b.Pages, &b.Note, &b.Status, &b.Listed, web.OptionalTimestamp(&b.Due), &b.Version)
	return web.Row("book", b.ID, err)
}

// values returns the values of bookFields, in the same order.
func (b *Book) values() []any {
	return []any{b.Shelf, b.Title, b.Code, b.Pages, b.Note, b.Status, b.Listed, web.OptionalTimestamp(&b.Due), b.Version}
}

const where = `
	from book
	where ($3 = '' or status = $3) and (cast($4 as boolean) is null or listed = $4) and (cast($5 as bigint) is null or shelf = $5)`

const listSQL = `-- book.list
	select ` + bookColumns + where + ` and id < $1
	order by id desc
	limit $2`

const listBeforeSQL = `-- book.list_before
	select ` + bookColumns + where + ` and id > $1
	order by id
	limit $2`

// List returns what web.NewPageDescending needs.
func (s bookStore) List(ctx context.Context, f filter, in *web.PageInput) ([]Book, error) {
	query, id := listSQL, cmp.Or(in.After, math.MaxInt64)
	if in.Before > 0 {
		query, id = listBeforeSQL, in.Before
	}
	rows, err := s.read.QueryContext(ctx, query, id, in.Limit+1, f.Status, f.Listed, f.Shelf)
	if err != nil {
		return nil, err
	}
	return scanAll(rows)
}

func scanAll(rows *sql.Rows) ([]Book, error) {
	defer rows.Close()
	found, last := []Book{}, int64(0)
	for rows.Next() {
		var b Book
		if err := b.scan(rows); err != nil {
			return nil, err
		}
		found, last = append(found, b), b.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the book that follows %d: %w", last, err)
	}
	return found, nil
}

// HasShelf returns web.ErrNotFound for a shelf that does not exist.
func (s bookStore) HasShelf(ctx context.Context, id int64) error {
	err := s.read.QueryRowContext(ctx, `-- shelf.exists
		select id from shelf where id = $1`, id).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return web.ErrNotFound
	}
	return err
}

const createSQL = `-- book.create
	insert into book (` + bookFields + `)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	returning ` + bookColumns

func (s bookStore) Create(ctx context.Context, f BookFields) (Book, error) {
	b := Book{BookFields: f, Version: web.NewVersion()}
	err := b.scan(s.write.QueryRowContext(ctx, createSQL, b.values()...))
	return b, err
}

func (s bookStore) Get(ctx context.Context, id int64) (Book, error) {
	var b Book
	err := b.scan(s.read.QueryRowContext(ctx, `-- book.get
		select `+bookColumns+` from book where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, web.ErrNotFound
	}
	return b, web.Row("book", id, err)
}

const updateSQL = `-- book.update
	update book
	set shelf = $1, title = $2, code = $3, pages = $4, note = $5, status = $6, listed = $7, due = $8, version = $9 + 1
	where id = $10 and version = $9
	returning ` + bookColumns

func (s bookStore) Update(ctx context.Context, id int64, change func(*Book) error) (Book, error) {
	for {
		b, err := s.Get(ctx, id)
		if err != nil {
			return b, err
		}
		if err := change(&b); err != nil {
			return b, err
		}
		err = b.scan(s.write.QueryRowContext(ctx, updateSQL, append(b.values(), id)...))
		if !errors.Is(err, sql.ErrNoRows) {
			return b, err
		}
	}
}

func (s bookStore) Delete(ctx context.Context, id int64, check func(Book) error) error {
	for {
		b, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(b); err != nil {
			return err
		}
		err = s.write.QueryRowContext(ctx, `-- book.delete
			delete from book where id = $1 and version = $2 returning id`, id, b.Version).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- book.load
	insert into book (` + bookFields + `, id)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	on conflict (id) do update set shelf = excluded.shelf, title = excluded.title, code = excluded.code, pages = excluded.pages,
		note = excluded.note, status = excluded.status, listed = excluded.listed, due = excluded.due, version = excluded.version`

func loadBook(ctx context.Context, tx *sql.Tx, key int64, fields jsontext.Value) error {
	f, err := web.Decode[BookFields](fields)
	if err != nil {
		return err
	}
	b := Book{BookFields: f, Version: web.NewVersion()}
	_, err = tx.ExecContext(ctx, loadSQL, append(b.values(), key)...)
	return err
}

func dumpBooks(ctx context.Context, db web.DB, yield func(key int64, fields any) error) error {
	rows, err := db.QueryContext(ctx, `-- book.dump
		select `+bookColumns+` from book order by id`)
	if err != nil {
		return err
	}
	all, err := scanAll(rows)
	for _, b := range all {
		if err == nil {
			err = yield(b.ID, b.BookFields)
		}
	}
	return err
}
