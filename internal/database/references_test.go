package database_test

import (
	"slices"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestResourcesAreOrderedByTheirReferences(t *testing.T) {
	other := web.Resource{Name: "other"}
	list := append(book(), other) // line, page, other
	databasetest.Each(t, nil, func(t *testing.T, db *database.DB) {
		for _, tt := range []struct {
			version int64
			want    []string
		}{
			{at(1), []string{"line", "page", "other"}}, // there is no table of lines yet
			{at(2), []string{"page", "line", "other"}}, // a line refers to a page
			{at(3), []string{"other", "line", "page"}}, // and a page to a line
		} {
			if err := db.MigrateTo(t.Context(), book(), tt.version, nil); err != nil {
				t.Fatal(err)
			}
			ordered, err := db.ByReference(t.Context(), list)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, r := range ordered {
				names = append(names, r.Name)
			}
			if !slices.Equal(names, tt.want) {
				t.Errorf("at %d: %v, want %v", tt.version, names, tt.want)
			}
		}
	})
}
