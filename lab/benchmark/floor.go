package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// floor is the least that answers the same requests: what anyone would write who
// needs these three, and no ids, no log, no validation, no documents.
type floor struct{ db *sql.DB }

type floorTweet struct {
	ID        int64     `json:"id"`
	Text      string    `json:"text"`
	Timestamp time.Time `json:"timestamp"`
	Href      string    `json:"href"`
}

// serveFloor runs until ctx is done.
func serveFloor(ctx context.Context, address, url string) error {
	db, err := openFloor(url)
	if err != nil {
		return err
	}
	defer db.Close()
	f := floor{db}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tweet/{id}", f.get)
	mux.HandleFunc("GET /tweet/{$}", f.list)
	mux.HandleFunc("POST /tweet/{$}", f.create)
	server := &http.Server{Addr: address, Handler: mux}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// sqliteSettings are those of the service: what is safe costs both the same.
const sqliteSettings = "?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC&_pragma=cache_size(-500)"

// openFloor opens the pool as it comes, as large as the service's.
func openFloor(url string) (*sql.DB, error) {
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+sqliteSettings
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	return db, nil
}

func (f floor) get(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var t floorTweet
	err = f.db.QueryRowContext(r.Context(), "select id, text, timestamp from tweet where id = $1", id).
		Scan(&t.ID, &t.Text, &t.Timestamp)
	t.link(r)
	answer(w, http.StatusOK, t, err)
}

func (f floor) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	after, err := strconv.ParseInt(query.Get("after"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	tweets, err := f.page(r, after, limit)
	answer(w, http.StatusOK, tweets, err)
}

func (f floor) page(r *http.Request, after int64, limit int) ([]floorTweet, error) {
	rows, err := f.db.QueryContext(r.Context(),
		"select id, text, timestamp from tweet where id > $1 order by id limit $2", after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tweets := make([]floorTweet, 0, limit)
	for rows.Next() {
		var t floorTweet
		if err := rows.Scan(&t.ID, &t.Text, &t.Timestamp); err != nil {
			return nil, err
		}
		t.link(r)
		tweets = append(tweets, t)
	}
	return tweets, rows.Err()
}

func (f floor) create(w http.ResponseWriter, r *http.Request) {
	var t floorTweet
	if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t.Timestamp = time.Now().UTC().Truncate(time.Microsecond)
	err := f.db.QueryRowContext(r.Context(),
		"insert into tweet (text, timestamp, version) values ($1, $2, 1) returning id", t.Text, t.Timestamp).Scan(&t.ID)
	t.link(r)
	w.Header().Set("Location", t.Href)
	answer(w, http.StatusCreated, t, err)
}

// link completes what was read: PostgreSQL's driver returns local times.
func (t *floorTweet) link(r *http.Request) {
	t.Timestamp = t.Timestamp.UTC()
	t.Href = fmt.Sprintf("http://%s/tweet/%d", r.Host, t.ID)
}

// answer writes v, or what went wrong.
func answer(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that is gone cannot be told
}
