package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// Store keeps books in a database. It is safe for concurrent use if its queriers are pools;
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
	fields  = `shelf, serial, number, mail, bought, amount, copy, key, tag, currency, seen, title, price, rate, day, until, body, note, code, pages, year, zip, score, rank, done, listed, sold, lent, state, size, due, starts_at, added, owner, site, motto, home, origin, version`
	columns = `id, ` + fields
)

func (b *Book) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&b.ID, &b.Shelf, &b.Serial, &b.Number, &b.Mail, web.Date(&b.Bought), web.Decimal(&b.Amount, 3), &b.Copy, &b.Key, &b.Tag, &b.Currency, web.OptionalTimestamp(&b.Seen), &b.Title, web.Decimal(&b.Price, 2), web.OptionalDecimal(&b.Rate, 3), web.Date(&b.Day), web.OptionalDate(&b.Until), &b.Body, &b.Note, &b.Code, &b.Pages, &b.Year, &b.Zip, &b.Score, &b.Rank, &b.Done, &b.Listed, &b.Sold, &b.Lent, &b.State, &b.Size, web.OptionalTimestamp(&b.Due), web.Timestamp(&b.StartsAt), web.Timestamp(&b.Added), &b.Owner, &b.Site, &b.Motto, &b.Home, &b.Origin, &b.Version)
	return web.Row("book", b.ID, err)
}

// values returns the values of fields, in the same order.
func (b *Book) values() []any {
	return []any{b.Shelf, b.Serial, b.Number, b.Mail, web.Date(&b.Bought), web.Decimal(&b.Amount, 3), b.Copy, b.Key, b.Tag, b.Currency, web.OptionalTimestamp(&b.Seen), b.Title, web.Decimal(&b.Price, 2), web.OptionalDecimal(&b.Rate, 3), web.Date(&b.Day), web.OptionalDate(&b.Until), b.Body, b.Note, b.Code, b.Pages, b.Year, b.Zip, b.Score, b.Rank, b.Done, b.Listed, b.Sold, b.Lent, b.State, b.Size, web.OptionalTimestamp(&b.Due), web.Timestamp(&b.StartsAt), web.Timestamp(&b.Added), b.Owner, b.Site, b.Motto, b.Home, b.Origin, b.Version}
}

func scan(row *sql.Row) (Book, error) {
	var b Book
	err := b.scan(row)
	return b, err
}

const listSQL = `-- book.list
	select ` + columns + `
	from book
	where id > $1
	order by id
	limit $2`

// List returns at most limit books after an id, oldest first.
func (s Store) List(ctx context.Context, after int64, limit int) ([]Book, error) {
	return s.list(ctx, listSQL, limit, after, limit)
}

func (s Store) list(ctx context.Context, query string, limit int, arguments ...any) ([]Book, error) {
	rows, err := s.Read.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	books, id := make([]Book, 0, limit), int64(0)
	for rows.Next() {
		books = append(books, Book{})
		b := &books[len(books)-1]
		if err := b.scan(rows); err != nil {
			return nil, err
		}
		id = b.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the book that follows %d: %w", id, err)
	}
	return books, nil
}

const createSQL = `-- book.create
	insert into book (` + fields + `)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)
	returning ` + columns

// Create stores a new book and returns it.
func (s Store) Create(ctx context.Context, f Fields) (Book, error) {
	b := Book{Fields: f, Added: time.Now(), Version: web.NewVersion()}
	return scan(s.Write.QueryRowContext(ctx, createSQL, b.values()...))
}

const getSQL = `-- book.get
	select ` + columns + `
	from book
	where id = $1`

// Get returns one book, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, id int64) (Book, error) {
	b, err := scan(s.Read.QueryRowContext(ctx, getSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, web.ErrNotFound
	}
	return b, web.Row("book", id, err)
}

const updateSQL = `-- book.update
	update book
	set shelf = $1, serial = $2, number = $3, mail = $4, bought = $5, amount = $6, copy = $7, key = $8, tag = $9, currency = $10, seen = $11, title = $12, price = $13, rate = $14, day = $15, until = $16, body = $17, note = $18, code = $19, pages = $20, year = $21, zip = $22, score = $23, rank = $24, done = $25, listed = $26, sold = $27, lent = $28, state = $29, size = $30, due = $31, starts_at = $32, owner = $33, site = $34, motto = $35, home = $36, origin = $37, version = version + 1
	where id = $38 and version = $39
	returning ` + columns

// Update changes one book and returns it, or web.ErrNotFound. change receives the current
// book; if it returns an error, nothing is stored. When a concurrent request changes the
// book in between, change is called again with the result: no change is lost.
func (s Store) Update(ctx context.Context, id int64, change func(*Book) error) (Book, error) {
	for {
		b, err := s.Get(ctx, id)
		if err != nil {
			return b, err
		}
		if err := change(&b); err != nil {
			return b, err
		}
		b, err = scan(s.Write.QueryRowContext(ctx, updateSQL, b.Shelf, b.Serial, b.Number, b.Mail, web.Date(&b.Bought), web.Decimal(&b.Amount, 3), b.Copy, b.Key, b.Tag, b.Currency, web.OptionalTimestamp(&b.Seen), b.Title, web.Decimal(&b.Price, 2), web.OptionalDecimal(&b.Rate, 3), web.Date(&b.Day), web.OptionalDate(&b.Until), b.Body, b.Note, b.Code, b.Pages, b.Year, b.Zip, b.Score, b.Rank, b.Done, b.Listed, b.Sold, b.Lent, b.State, b.Size, web.OptionalTimestamp(&b.Due), web.Timestamp(&b.StartsAt), b.Owner, b.Site, b.Motto, b.Home, b.Origin, id, b.Version))
		if !errors.Is(err, sql.ErrNoRows) {
			return b, err
		}
	}
}

const deleteSQL = `-- book.delete
	delete from book
	where id = $1 and version = $2
	returning id`

// Delete removes one book, or returns web.ErrNotFound. check receives the current book; if
// it returns an error, the book stays.
func (s Store) Delete(ctx context.Context, id int64, check func(Book) error) error {
	for {
		b, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(b); err != nil {
			return err
		}
		err = s.Write.QueryRowContext(ctx, deleteSQL, id, b.Version).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- book.load
	insert into book (` + fields + `, id)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)
	on conflict (id) do update
	set shelf = excluded.shelf, serial = excluded.serial, number = excluded.number, mail = excluded.mail, bought = excluded.bought, amount = excluded.amount, copy = excluded.copy, key = excluded.key, tag = excluded.tag, currency = excluded.currency, seen = excluded.seen, title = excluded.title, price = excluded.price, rate = excluded.rate, day = excluded.day, until = excluded.until, body = excluded.body, note = excluded.note, code = excluded.code, pages = excluded.pages, year = excluded.year, zip = excluded.zip, score = excluded.score, rank = excluded.rank, done = excluded.done, listed = excluded.listed, sold = excluded.sold, lent = excluded.lent, state = excluded.state, size = excluded.size, due = excluded.due, starts_at = excluded.starts_at, added = excluded.added, owner = excluded.owner, site = excluded.site, motto = excluded.motto, home = excluded.home, origin = excluded.origin, version = excluded.version`

// load stores a book of a fixture under its id.
func (s Store) load(ctx context.Context, b Book) error {
	_, err := s.Write.ExecContext(ctx, loadSQL, append(b.values(), b.ID)...)
	return err
}
