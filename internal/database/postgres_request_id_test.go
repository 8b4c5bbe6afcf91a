package database_test

import (
	"testing"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

func TestIDThatAClientSentIsInTheSQLOfItsRequest(t *testing.T) {
	t.Parallel()
	databasetest.NeedPostgres(t)
	db := databasetest.OpenPostgres(t, resources(1))
	const running = "select query, $1::bigint from pg_stat_activity where pid = pg_backend_pid()"
	for _, tt := range []struct {
		info web.Info
		want string
	}{
		{web.Info{IDs: web.IDs{RequestID: "find-me"}, ClientSentID: true}, "/* request_id=find-me */ " + running},
		{web.Info{IDs: web.IDs{RequestID: "made-here"}}, running},
	} {
		ctx := web.WithInfo(t.Context(), &tt.info)
		var query string
		var number int64
		if err := db.QueryRowContext(ctx, running, 7).Scan(&query, &number); err != nil || query != tt.want || number != 7 {
			t.Errorf("%q runs with %d, %v, want %q", query, number, err, tt.want)
		}
		if _, err := db.ExecContext(ctx, "insert into note values ($1)", 7); err != nil {
			t.Error(err)
		}
	}
}
