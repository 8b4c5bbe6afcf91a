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

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// baseline is a minimal server for the same requests, without request ids, logs, validation or
// documentation.
type baseline struct{ db *sql.DB }

type baselineShelf struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Room string `json:"room"`
	Href string `json:"href"`
}

// serveBaseline serves until ctx is done.
func serveBaseline(ctx context.Context, address, url string) error {
	db, err := openDatabase(url)
	if err != nil {
		return err
	}
	defer db.Close()
	f := baseline{db}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /shelf/{id}", f.get)
	mux.HandleFunc("GET /shelf/{$}", f.list)
	mux.HandleFunc("POST /shelf/{$}", f.create)
	mux.HandleFunc("GET /healthcheck", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Addr: address, Handler: mux}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// sqliteSettings are those of the service, so that durability costs both sides the same.
const sqliteSettings = "?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC&_pragma=cache_size(-500)"

// openDatabase opens a plain pool, as large as the service's.
func openDatabase(url string) (*sql.DB, error) {
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

func (f baseline) get(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var s baselineShelf
	err = f.db.QueryRowContext(r.Context(), "select id, name, room from shelf where id = $1", id).
		Scan(&s.ID, &s.Name, &s.Room)
	s.link(r)
	answer(w, http.StatusOK, s, err)
}

func (f baseline) list(w http.ResponseWriter, r *http.Request) {
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
	shelves, err := f.page(r, after, limit)
	answer(w, http.StatusOK, shelves, err)
}

func (f baseline) page(r *http.Request, after int64, limit int) ([]baselineShelf, error) {
	rows, err := f.db.QueryContext(r.Context(),
		"select id, name, room from shelf where id > $1 order by id limit $2", after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	shelves := make([]baselineShelf, 0, limit)
	for rows.Next() {
		var s baselineShelf
		if err := rows.Scan(&s.ID, &s.Name, &s.Room); err != nil {
			return nil, err
		}
		s.link(r)
		shelves = append(shelves, s)
	}
	return shelves, rows.Err()
}

func (f baseline) create(w http.ResponseWriter, r *http.Request) {
	var s baselineShelf
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err := f.db.QueryRowContext(r.Context(),
		"insert into shelf (name, room, version) values ($1, $2, 1) returning id", s.Name, s.Room).Scan(&s.ID)
	s.link(r)
	w.Header().Set("Location", s.Href)
	answer(w, http.StatusCreated, s, err)
}

func (s *baselineShelf) link(r *http.Request) {
	s.Href = fmt.Sprintf("http://%s/shelf/%d", r.Host, s.ID)
}

// answer writes v as JSON, or err as a 500.
func answer(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only if the client is gone
}
