package fixturetest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/web"
)

// CopyFor gives an owner a copy of each row that belongs to nobody, of the resources whose rows have
// owners. The ids of the copies are so much greater, and they refer to each other as the rows do.
func CopyFor(t testing.TB, db *database.DB, resources []web.Resource, owner string, more int64) {
	t.Helper()
	var rows, copies []struct {
		Model  string         `json:"model"`
		Key    int64          `json:"pk"`
		Fields map[string]any `json:"fields"`
	}
	if err := json.Unmarshal([]byte(Dump(t, db, resources)), &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Fields["owner"] != "" {
			continue
		}
		row.Fields["owner"] = owner
		row.Key += more
		i := slices.IndexFunc(resources, func(r web.Resource) bool { return r.Name == row.Model })
		for _, column := range ownReferences(resources[i]) {
			if id, ok := row.Fields[column].(float64); ok {
				row.Fields[column] = int64(id) + more
			}
		}
		copies = append(copies, row)
	}
	text, err := json.Marshal(copies)
	if err != nil {
		t.Fatal(err)
	}
	if len(copies) > 0 {
		if err := Load(t, db, resources, string(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// ownReferences returns the columns of a resource that refer to rows of the same owner.
func ownReferences(resource web.Resource) (all []string) {
	for _, c := range resource.Constraints {
		if column, ok := strings.CutPrefix(c.Columns, resource.Name+".owner, "+resource.Name+"."); ok && strings.HasSuffix(c.Name, "_fkey") {
			all = append(all, column)
		}
	}
	return all
}
