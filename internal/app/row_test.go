package app

import (
	"net/http"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
)

// unguarded has tweet 2 and 3 hold what the constraints refuse, and 1 and 4 be good.
var unguarded = map[database.Engine][]string{
	database.Postgres: {
		"alter table tweet drop constraint tweet_timestamp_years",
		"insert into tweet (text, timestamp, version) values ('good', '2017-07-30 15:22:42+00', 1), ('x', '10000-01-01 00:00:00+00', 1), ('x', 'infinity', 1), ('good', now(), 1)",
	},
	database.SQLite: {
		"alter table tweet drop constraint tweet_timestamp_utc",
		"insert into tweet (text, timestamp, version) values ('good', '2017-07-30 15:22:42+00:00', 1), ('x', '10000-01-01 00:00:00+00:00', 1), ('x', 1501428162, 1), ('good', '2017-07-30 15:22:42+00:00', 1)",
	},
}

func TestRowThatCannotBeReadIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		for _, statement := range unguarded[db.Engine] {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		s := startService(t, env)
		for target, want := range map[string]string{"/tweet/": "tweet 2", "/tweet/?after=1": "tweet 2", "/tweet/2": "tweet 2", "/tweet/3": "tweet 3"} {
			r := s.do("GET", target, "", "X-Request-ID: "+strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(target), "-"))
			if r.status != http.StatusInternalServerError || !strings.Contains(r.body, `"`+want+` could not be read.`) {
				t.Errorf("%s = %d: %s", target, r.status, r.body)
			}
			for _, inside := range []string{"Scan", "column", "timestamp", "sql"} {
				if strings.Contains(r.body, inside) {
					t.Errorf("%s shows %q: %s", target, inside, r.body)
				}
			}
			id := r.header.Get("X-Request-ID")
			record := s.record("request", func(record map[string]any) bool { return record["request_id"] == id })
			if reason, _ := record["error"].(string); !strings.Contains(reason, want+" cannot be read: ") {
				t.Errorf("the log does not say why: %v", record)
			}
		}
		if r := s.do("GET", "/tweet/?after=3", ""); r.status != http.StatusOK || !strings.Contains(r.body, `"id":4`) {
			t.Errorf("the rest of the list = %d: %s", r.status, r.body)
		}
		status, _, stderr := command(t, env, "", "dumpdata")
		if status != 1 || !strings.Contains(stderr, "app: tweet 2 cannot be read: ") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("app dumpdata = %d: %s", status, stderr)
		}
		if _, err := db.ExecContext(t.Context(), "delete from tweet where id = 2"); err != nil {
			t.Fatal(err)
		}
		if status, _, stderr := command(t, env, "", "dumpdata"); status != 1 || !strings.Contains(stderr, "tweet 3 cannot be read") && !strings.Contains(stderr, "read the tweet that follows 1") {
			t.Errorf("app dumpdata = %d: %s", status, stderr)
		}
	})
}

func TestTextThatIsNotUnicodeIsAnsweredAndNotDumped(t *testing.T) {
	t.Parallel()
	onSQLite(t, func(env map[string]string, db *database.DB) {
		const insert = "insert into tweet (text, timestamp, version) values ('a' || cast(x'ff' as text), '2017-07-30 15:22:42+00:00', 1)"
		if _, err := db.ExecContext(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		if r := startService(t, env).do("GET", "/tweet/", ""); r.status != http.StatusOK || !strings.Contains(r.body, "\"a\ufffd\"") {
			t.Errorf("the list = %d: %s", r.status, r.body)
		}
		status, _, stderr := command(t, env, "", "dumpdata")
		if status != 1 || !strings.Contains(stderr, "app: tweet 1 cannot be written as JSON: ") || strings.Contains(stderr, "Go ") {
			t.Errorf("app dumpdata = %d: %s", status, stderr)
		}
	})
}

func onSQLite(t *testing.T, test func(env map[string]string, db *database.DB)) {
	t.Helper()
	db := databasetest.OpenSQLite(t, resources())
	test(map[string]string{"DATABASE_URL": databasetest.URL(t, db), "DATABASE_MAX_CONNECTIONS": "4"}, db)
}
