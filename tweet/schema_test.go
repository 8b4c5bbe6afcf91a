// feature: template

package tweet_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// The released migrations are not changed any more, so project add does not write the same ones:
// it writes one whose table is the same. The one difference is that PostgreSQL has not checked
// the timestamps of rows from before the second migration ("not valid").
func TestSchemaIsWhatProjectAddWrites(t *testing.T) {
	written := []web.Resource{{Name: "tweet", Migrations: os.DirFS("../cmd/project/testdata/tweet")}}
	databasetest.Each(t, resources, func(t *testing.T, db *database.DB) {
		want, got := schema(t, db), schema(t, databasetest.OpenOn(t, db.Engine, written))
		if len(got) < 7 { // four columns, and constraints
			t.Errorf("the schema is %q", got)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("add writes another schema (-released +written):\n%s", diff)
		}
	})
}

// schemaSQL reads the schema of the table tweet on each engine: all that the engine knows of it.
var schemaSQL = map[database.Engine]string{
	database.SQLite: `select sql from sqlite_schema where tbl_name = 'tweet' and sql is not null`,
	database.Postgres: `select concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attcollation::regcollation, pg_get_expr(adbin, adrelid))
		from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
		where attrelid = 'tweet'::regclass and attnum > 0
		union all select conname || ' ' || replace(pg_get_constraintdef(oid), ' NOT VALID', '') from pg_constraint where conrelid = 'tweet'::regclass
		union all select indexdef from pg_indexes where tablename = 'tweet'`,
}

var (
	sqlComment = regexp.MustCompile(`--.*`)
	sqlSpace   = regexp.MustCompile(`\s+`)
)

// schema returns the columns, constraints and indexes of the table tweet, sorted. The space in SQL
// does not matter, nor does the order of columns and constraints in a statement.
func schema(t *testing.T, db *database.DB) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), schemaSQL[db.Engine])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		text = sqlSpace.ReplaceAllString(sqlComment.ReplaceAllString(text, ""), "")
		if columns, ok := strings.CutPrefix(text, "CREATETABLEtweet("); ok {
			all = append(all, parts(strings.TrimSuffix(columns, ")"))...)
		} else {
			all = append(all, text)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// parts splits SQL at the commas that are not in parentheses.
func parts(text string) (all []string) {
	depth, start := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			all = append(all, text[start:i])
			start = i + 1
		}
	}
	return append(all, text[start:])
}
