package tweet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/templatesite/internal/web"
)

// Store keeps tweets in a database. It is safe for concurrent use. The SQL is
// the same for both engines; its first line is the name that a statement has in
// metrics, traces and the database's own log.
type Store struct{ DB web.DB }

const listSQL = `-- tweet.list
	select id, text, timestamp, version
	from tweet
	where id > $1
	order by id
	limit $2`

// List returns at most limit tweets behind an id, oldest first.
func (s Store) List(ctx context.Context, after int64, limit int) ([]Tweet, error) {
	return s.list(ctx, listSQL, after, limit)
}

const listBeforeSQL = `-- tweet.list_before
	select id, text, timestamp, version
	from tweet
	where id < $1
	order by id desc
	limit $2`

// ListBefore returns at most limit tweets before an id, newest first.
func (s Store) ListBefore(ctx context.Context, before int64, limit int) ([]Tweet, error) {
	return s.list(ctx, listBeforeSQL, before, limit)
}

func (s Store) list(ctx context.Context, query string, id int64, limit int) ([]Tweet, error) {
	rows, err := s.DB.QueryContext(ctx, query, id, limit)
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
	insert into tweet (text, timestamp, version)
	values ($1, $2, $3)
	returning id`

// Create stores a new tweet and returns it.
func (s Store) Create(ctx context.Context, fields Fields) (Tweet, error) {
	t := Tweet{Fields: fields, Timestamp: timestamp(time.Now()), Version: web.NewVersion()}
	err := s.DB.Write.QueryRowContext(ctx, createSQL, t.Text, t.Timestamp, t.Version).Scan(&t.ID)
	return t, err
}

const getSQL = `-- tweet.get
	select id, text, timestamp, version
	from tweet
	where id = $1`

// Get returns one tweet, or web.ErrNotFound.
func (s Store) Get(ctx context.Context, id int64) (Tweet, error) {
	t, err := scan(s.DB.QueryRowContext(ctx, getSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, web.ErrNotFound
	}
	return t, web.Row("tweet", id, err)
}

const updateSQL = `-- tweet.update
	update tweet
	set text = $1, version = version + 1
	where id = $2 and version = $3
	returning id, text, timestamp, version`

// Update changes one tweet and returns it, or web.ErrNotFound. The change sees
// the tweet as it is now, and may refuse; when someone else changes the tweet
// in between, it is called again with what that one left: no change is lost.
func (s Store) Update(ctx context.Context, id int64, change func(*Tweet) error) (Tweet, error) {
	for {
		t, err := s.Get(ctx, id)
		if err != nil {
			return t, err
		}
		if err := change(&t); err != nil {
			return t, err
		}
		t, err = scan(s.DB.Write.QueryRowContext(ctx, updateSQL, t.Text, id, t.Version))
		if !errors.Is(err, sql.ErrNoRows) {
			return t, err
		}
	}
}

const deleteSQL = `-- tweet.delete
	delete from tweet
	where id = $1 and version = $2
	returning id`

// Delete removes one tweet, or returns web.ErrNotFound. Like the change of
// Update, check sees the tweet as it is now, and may refuse.
func (s Store) Delete(ctx context.Context, id int64, check func(Tweet) error) error {
	for {
		t, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := check(t); err != nil {
			return err
		}
		err = s.DB.Write.QueryRowContext(ctx, deleteSQL, id, t.Version).Scan(&id)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
}

const loadSQL = `-- tweet.load
	insert into tweet (id, text, timestamp, version)
	values ($1, $2, $3, $4)
	on conflict (id) do update
	set text = excluded.text, timestamp = excluded.timestamp, version = excluded.version`

// insertOrReplace stores a tweet of a fixture under its id.
func insertOrReplace(ctx context.Context, tx *sql.Tx, id int64, r record) error {
	_, err := tx.ExecContext(ctx, loadSQL, id, r.Text, timestamp(r.Timestamp), web.NewVersion())
	return err
}

func scan(row *sql.Row) (Tweet, error) {
	var t Tweet
	err := t.scan(row)
	return t, err
}

func (t *Tweet) scan(row interface{ Scan(...any) error }) error {
	err := row.Scan(&t.ID, &t.Text, &t.Timestamp, &t.Version)
	t.Timestamp = timestamp(t.Timestamp)
	if err == nil {
		err = web.CheckTime(t.Timestamp)
	}
	return web.Row("tweet", t.ID, err)
}

// timestamp returns t as both engines keep it.
func timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
