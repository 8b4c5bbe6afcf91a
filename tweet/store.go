package tweet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// Store keeps tweets in a database. It is safe for concurrent use if its queriers are pools;
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
	fields  = `text, timestamp, version`
	columns = `id, ` + fields
)

func (t *Tweet) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&t.ID, &t.Text, web.Timestamp(&t.Timestamp), &t.Version)
	return web.Row("tweet", t.ID, err)
}

// values returns the values of fields, in the same order.
func (t *Tweet) values() []any {
	return []any{t.Text, web.Timestamp(&t.Timestamp), t.Version}
}

func scan(row *sql.Row) (Tweet, error) {
	var t Tweet
	err := t.scan(row)
	return t, err
}

const listSQL = `-- tweet.list
	select ` + columns + `
	from tweet
	where id > $1
	order by id
	limit $2`

// List returns at most limit tweets after an id, oldest first.
func (s Store) List(ctx context.Context, after int64, limit int) ([]Tweet, error) {
	return s.list(ctx, listSQL, after, limit)
}

const listBeforeSQL = `-- tweet.list_before
	select ` + columns + `
	from tweet
	where id < $1
	order by id desc
	limit $2`

// ListBefore returns at most limit tweets before an id, newest first.
func (s Store) ListBefore(ctx context.Context, before int64, limit int) ([]Tweet, error) {
	return s.list(ctx, listBeforeSQL, before, limit)
}

func (s Store) list(ctx context.Context, query string, id int64, limit int) ([]Tweet, error) {
	rows, err := s.Read.QueryContext(ctx, query, id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tweets := make([]Tweet, 0, limit)
	for rows.Next() {
		tweets = append(tweets, Tweet{})
		t := &tweets[len(tweets)-1]
		if err := t.scan(rows); err != nil {
			return nil, err
		}
		id = t.ID
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the tweet that follows %d: %w", id, err)
	}
	return tweets, nil
}

const createSQL = `-- tweet.create
	insert into tweet (` + fields + `)
	values ($1, $2, $3)
	returning ` + columns

// Create stores a new tweet and returns it.
func (s Store) Create(ctx context.Context, f Fields) (Tweet, error) {
	t := Tweet{Fields: f, Timestamp: time.Now(), Version: web.NewVersion()}
	return scan(s.Write.QueryRowContext(ctx, createSQL, t.values()...))
}

const getSQL = `-- tweet.get
	select ` + columns + `
	from tweet
	where id = $1`

// Get returns one tweet, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, id int64) (Tweet, error) {
	t, err := scan(s.Read.QueryRowContext(ctx, getSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, web.ErrNotFound
	}
	return t, web.Row("tweet", id, err)
}

const updateSQL = `-- tweet.update
	update tweet
	set text = $1, version = version + 1
	where id = $2 and version = $3
	returning ` + columns

// Update changes one tweet and returns it, or web.ErrNotFound. change receives the current
// tweet; if it returns an error, nothing is stored. When a concurrent request changes the
// tweet in between, change is called again with the result: no change is lost.
func (s Store) Update(ctx context.Context, id int64, change func(*Tweet) error) (Tweet, error) {
	for {
		t, err := s.Get(ctx, id)
		if err != nil {
			return t, err
		}
		if err := change(&t); err != nil {
			return t, err
		}
		t, err = scan(s.Write.QueryRowContext(ctx, updateSQL, t.Text, id, t.Version))
		if !errors.Is(err, sql.ErrNoRows) {
			return t, err
		}
	}
}

const deleteSQL = `-- tweet.delete
	delete from tweet
	where id = $1 and version = $2
	returning id`

// Delete removes one tweet, or returns web.ErrNotFound. check receives the current tweet; if
// it returns an error, the tweet stays.
func (s Store) Delete(ctx context.Context, id int64, check func(Tweet) error) error {
	for {
		t, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(t); err != nil {
			return err
		}
		err = s.Write.QueryRowContext(ctx, deleteSQL, id, t.Version).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- tweet.load
	insert into tweet (` + fields + `, id)
	values ($1, $2, $3, $4)
	on conflict (id) do update
	set text = excluded.text, timestamp = excluded.timestamp, version = excluded.version`

// load stores a tweet of a fixture under its id.
func (s Store) load(ctx context.Context, t Tweet) error {
	_, err := s.Write.ExecContext(ctx, loadSQL, append(t.values(), t.ID)...)
	return err
}
