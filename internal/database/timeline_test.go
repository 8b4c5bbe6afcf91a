package database_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

const (
	createPage = "-- +goose Up\ncreate table page (id integer primary key);\n-- +goose Down\ndrop table page;\n"
	createLine = "-- +goose Up\ncreate table line (id integer primary key, page integer not null references page (id));\n-- +goose Down\ndrop table line;\n"
	extendPage = "-- +goose Up\nalter table page add column line integer references line (id);\n-- +goose Down\nalter table page drop column line;\n"
	fillLine   = "-- +goose Up\nalter table line add column text text;\n-- +goose Down\nalter table line drop column text;\n"
)

// book returns two resources that refer to each other: a migration of one comes between
// two of the other, and the list is not in chronological order.
func book() []web.Resource {
	return []web.Resource{
		resource("line", map[int]string{2: createLine, 4: fillLine}),
		resource("page", map[int]string{1: createPage, 3: extendPage}),
	}
}

func TestMigrationsOfAllResourcesAreOneChronologicalSequence(t *testing.T) {
	databasetest.Each(t, nil, func(t *testing.T, db *database.DB) {
		want := []string{
			"page/20260101000001_page.sql", "line/20260101000002_line.sql",
			"page/20260101000003_page.sql", "line/20260101000004_line.sql",
		}
		resources := book()
		for range 2 {
			var names []string
			report := func(s database.Step) { names = append(names, s.Name) }
			if err := db.Migrate(t.Context(), resources, report); err != nil || !slices.Equal(names, want) {
				t.Fatalf("applied %v, %v, want %v", names, err, want)
			}
			names = nil
			for _, statement := range []string{"insert into page (id) values (1)", "insert into line (id, page) values (1, 1)"} {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.MigrateTo(t.Context(), resources, at(2), report); err != nil {
				t.Fatal(err)
			}
			if err := db.MigrateTo(t.Context(), resources, 0, report); err != nil {
				t.Fatal(err)
			}
			undone := slices.Clone(want)
			slices.Reverse(undone)
			if !slices.Equal(names, undone) {
				t.Errorf("undone %v, want %v", names, undone)
			}
			slices.Reverse(resources) // the order of the list makes no difference
		}
	})
}

func TestFilesThatCannotFormATimelineAreRefused(t *testing.T) {
	for want, resources := range map[string][]web.Resource{
		"the migrations a/20260101000001_a.sql and b/20260101000001_b.sql have the same version: rename the one that is not applied anywhere to a later time": {
			resource("b", map[int]string{1: createPage}), resource("a", map[int]string{1: createLine, 2: fillLine}),
		},
		"the name of the migration a/00001_a.sql does not begin with a time: rename it, as in 20261127101500_create_note.sql": {named("00001")},
		"the name of the migration a/20261301000000_a.sql does not begin with a time":                                         {named("20261301000000")},
		"the name of the migration a/202611271015001_a.sql does not begin with a time":                                        {named("202611271015001")},
		"the resource a has no migrations in migrations/":                                                                     {{Name: "a", Migrations: fstest.MapFS{}}},
	} {
		for _, engine := range databasetest.Engines() {
			if _, err := database.NewTimeline(resources, engine); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v, want %q", err, want)
			}
		}
	}
	if all, err := database.NewTimeline([]web.Resource{{Name: "none"}}, databasetest.Engines()[0]); len(all) != 0 || err != nil {
		t.Errorf("a resource without migrations: %v, %v", all, err)
	}
}

// named returns the resource a, whose only migration has a name that begins with stamp.
func named(stamp string) web.Resource {
	files := fstest.MapFS{}
	for _, engine := range databasetest.Engines() {
		files["migrations/"+string(engine)+"/"+stamp+"_a.sql"] = &fstest.MapFile{}
	}
	return web.Resource{Name: "a", Migrations: files}
}

func TestMigrationThatRefersToATableOfALaterOneFails(t *testing.T) {
	databasetest.Each(t, nil, func(t *testing.T, db *database.DB) {
		early := []web.Resource{resource("line", map[int]string{1: createLine}), resource("page", map[int]string{2: createPage})}
		err := db.Migrate(t.Context(), early, nil)
		if err == nil || !strings.Contains(err.Error(), "line/20260101000001_line.sql") || !strings.Contains(err.Error(), "page") ||
			!strings.Contains(err.Error(), "a migration may refer only to tables of earlier ones, so give its file a later time") {
			t.Errorf("the error is %v", err)
		}
	})
}
