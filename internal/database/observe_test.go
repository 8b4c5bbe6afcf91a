package database

import (
	"testing"
)

func TestStatementIsNamedByItsFirstLineOrByWhatItDoes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sql  string
		want named
	}{
		{"-- tweet.list\n\tselect id\n\tfrom tweet\n\twhere id > $1", named{"tweet.list", "select", "tweet"}},
		{"select version, (select 1 from x) from Note", named{"select x", "select", "x"}},
		{"insert  into \"tweet\" (text) values ($1)", named{"insert tweet", "insert", "tweet"}},
		{"-- tweet.update\nUPDATE tweet SET text = $1", named{"tweet.update", "update", "tweet"}},
		{"delete\nfrom tweet", named{"delete tweet", "delete", "tweet"}},
		{"-- two words\nselect 1", named{"select", "select", ""}},
		{"select pg_try_advisory_lock($1)", named{"select", "select", ""}},
		{"pragma wal_checkpoint(truncate)", named{"pragma", "pragma", ""}},
		{"with a as (select 1) select * from a", named{"with", "with", ""}},
		{"", named{"other", "other", ""}},
	}
	for _, tt := range tests {
		if got := nameOf(tt.sql); got != tt.want {
			t.Errorf("%q is %+v, want %+v", tt.sql, got, tt.want)
		}
	}
}
