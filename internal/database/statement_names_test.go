package database

import (
	"testing"
)

func TestStatementIsNamedByItsFirstLineOrItsOperationAndTable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sql  string
		want named
	}{
		{"-- book.list\n\tselect id\n\tfrom book\n\twhere id > $1", named{"book.list", "select", "book"}},
		{"select version, (select 1 from x) from Note", named{"select x", "select", "x"}},
		{"insert  into \"book\" (title) values ($1)", named{"insert book", "insert", "book"}},
		{"-- book.update\nUPDATE book SET title = $1", named{"book.update", "update", "book"}},
		{"delete\nfrom book", named{"delete book", "delete", "book"}},
		{"-- two words\nselect 1", named{"select", "select", ""}},
		{"select pg_try_advisory_lock($1)", named{"select", "select", ""}},
		{"pragma wal_checkpoint(truncate)", named{"pragma", "pragma", ""}},
		{"with a as (select 1) select * from a", named{"with", "with", ""}},
		{"", named{"other", "other", ""}},
	}
	for _, tt := range tests {
		if got := parseName(tt.sql); got != tt.want {
			t.Errorf("%q is %+v, want %+v", tt.sql, got, tt.want)
		}
	}
}
