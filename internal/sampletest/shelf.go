package sampletest

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// ShelfFields are what a client may set.
type ShelfFields struct {
	Name string `json:"name" minLength:"1" maxLength:"40" doc:"The name." example:"Travel"`
	Room string `json:"room" minLength:"1" maxLength:"40" doc:"The room that it is in." example:"Attic"`
}

// Shelf is the parent of books.
type Shelf struct {
	ID int64 `json:"id" doc:"The id." example:"1"`
	ShelfFields
	Href string `json:"href" format:"uri" doc:"The address." example:"http://localhost:8000/shelf/1"`

	Version int64 `json:"-"`
}

func shelfRoutes(api *web.API, db web.DB) {
	h := shelves{db}
	tags := api.Tag("shelf", "Shelves, which hold books.")
	web.Register(api, huma.Operation{
		OperationID: "list-shelves", Method: http.MethodGet, Path: "/shelf/", Tags: tags,
		Summary: "List shelves", Description: "Oldest first.",
	}, h.list)
	web.Register(api, huma.Operation{
		OperationID: "create-shelf", Method: http.MethodPost, Path: "/shelf/", Tags: tags,
		Summary: "Add a shelf", Description: "The service assigns the id.", DefaultStatus: http.StatusCreated,
	}, h.create)
	web.Register(api, huma.Operation{
		OperationID: "get-shelf", Method: http.MethodGet, Path: "/shelf/{id}", Tags: tags,
		Summary: "Read a shelf", Description: "Supports If-None-Match.",
	}, h.get)
}

type shelves struct{ db web.DB }

func (h shelves) list(ctx context.Context, in *web.PageInput) (*web.Page[Shelf], error) {
	query, id := `-- shelf.list
		select id, name, room, version from shelf where id > $1 order by id limit $2`, in.After
	if in.Before > 0 {
		query, id = `-- shelf.list_before
		select id, name, room, version from shelf where id < $1 order by id desc limit $2`, in.Before
	}
	rows, err := h.db.QueryContext(ctx, query, id, in.Limit+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []Shelf{}
	for rows.Next() {
		var s Shelf
		if err := rows.Scan(&s.ID, &s.Name, &s.Room, &s.Version); err != nil {
			return nil, err
		}
		s.Href = address(ctx, "shelf", s.ID)
		found = append(found, s)
	}
	return web.NewPage(ctx, in, found, func(s Shelf) int64 { return s.ID }), rows.Err()
}

func (h shelves) create(ctx context.Context, in *struct{ Body ShelfFields }) (*web.Created[Shelf], error) {
	s, err := newShelfStore(h.db).Create(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	s.Href = address(ctx, "shelf", s.ID)
	return &web.Created[Shelf]{Location: s.Href, ETag: web.ETag(s.Version), Body: s}, nil
}

func (h shelves) get(ctx context.Context, in *web.ItemInput) (*web.Item[Shelf], error) {
	s, err := newShelfStore(h.db).Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s.Href = address(ctx, "shelf", s.ID)
	return &web.Item[Shelf]{ETag: web.ETag(s.Version), Body: s}, in.Read(web.ETag(s.Version))
}

// shelfStore keeps shelves in a database. Its queriers are the two pools, or both the same
// transaction.
type shelfStore struct{ read, write web.Querier }

func newShelfStore(db web.DB) shelfStore {
	read, write := db.Queriers()
	return shelfStore{read, write}
}

func (s shelfStore) Create(ctx context.Context, f ShelfFields) (Shelf, error) {
	created := Shelf{ShelfFields: f, Version: web.NewVersion()}
	err := s.write.QueryRowContext(ctx, `-- shelf.create
		insert into shelf (name, room, version) values ($1, $2, $3) returning id`, f.Name, f.Room, created.Version).Scan(&created.ID)
	return created, err
}

func (s shelfStore) Get(ctx context.Context, id int64) (Shelf, error) {
	found := Shelf{ID: id}
	err := s.read.QueryRowContext(ctx, `-- shelf.get
		select name, room, version from shelf where id = $1`, id).Scan(&found.Name, &found.Room, &found.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = web.ErrNotFound
	}
	return found, err
}

func loadShelf(ctx context.Context, tx *sql.Tx, key int64, fields jsontext.Value) error {
	f, err := web.Decode[ShelfFields](fields)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `-- shelf.load
		insert into shelf (id, name, room, version) values ($1, $2, $3, $4)
		on conflict (id) do update set name = excluded.name, room = excluded.room, version = excluded.version`,
		key, f.Name, f.Room, web.NewVersion())
	return err
}

func dumpShelves(ctx context.Context, db web.DB, yield func(key int64, fields any) error) error {
	rows, err := db.QueryContext(ctx, `-- shelf.dump
		select id, name, room from shelf order by id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var f ShelfFields
		if err := rows.Scan(&id, &f.Name, &f.Room); err != nil {
			return err
		}
		if err := yield(id, f); err != nil {
			return err
		}
	}
	return rows.Err()
}
