package session_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/session"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// each runs test on every engine, on a database with the fixtures and the table.
func each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, append(sampletest.Resources(), session.Table()), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		test(t, db)
	})
}

// proof is who a credential belongs to: it is its own owner.
func proof(_ context.Context, credential string) (*web.Caller, error) {
	return &web.Caller{ID: "test:" + credential, Name: "test", Owner: credential, Scopes: []string{"read"}}, nil
}

func unchanged(_ context.Context, caller *web.Caller) (*web.Caller, error) { return caller, nil }

// replica returns a client of a process of the service that asks everyone who they are.
func replica(t *testing.T, db *database.DB, confirm session.Confirm) *webtest.Client {
	t.Helper()
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier(sampletest.Resources()),
		Authentication: web.AuthenticationAll, Identify: []web.Identify{proof},
	})
	sessions := session.New(db.DB, confirm)
	api.SetSession(sessions)
	sessions.Routes(api)
	for _, resource := range sampletest.Resources() {
		resource.Routes(api.For(resource.Name), db.DB)
	}
	api.Documents()
	return webtest.New(t, middleware.RequestInfo(nil)(api))
}

// fromHere is what browsers say when a page of this origin sends a change.
const fromHere = "Sec-Fetch-Site: same-origin"

// start signs somebody in and returns the header of the cookie.
func start(t *testing.T, c *webtest.Client, owner string) (cookie string) {
	t.Helper()
	answer := c.Want(http.StatusNoContent, "POST", "/sign-in", "", "Authorization: Bearer "+owner)
	pair, _, found := strings.Cut(answer.Header.Get("Set-Cookie"), ";")
	if !found {
		t.Fatalf("the answer has no cookie: %v", answer.Header)
	}
	return "Cookie: " + pair
}

func change(t *testing.T, db *database.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Write.ExecContext(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func expires(t *testing.T, db *database.DB) (at time.Time) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "select expires from api_session").Scan(web.Timestamp(&at)); err != nil {
		t.Fatal(err)
	}
	return at
}

func count(t *testing.T, db *database.DB) int64 {
	t.Helper()
	rows, err := db.Rows(t.Context(), "api_session")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func isAbout(got, want time.Time) bool { return got.Sub(want).Abs() < time.Minute }

func TestSecretIsKeptAsAHashAlone(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, unchanged)
		cookie := start(t, c, "alice")
		c.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		var hash []byte
		var row string
		if err := db.QueryRowContext(t.Context(), "select hash, caller || ' ' || name || ' ' || owner || ' ' || scopes from api_session").Scan(&hash, &row); err != nil {
			t.Fatal(err)
		}
		secret := strings.TrimPrefix(cookie, "Cookie: session=")
		if want := web.HashSecret(secret); string(hash) != string(want[:]) || row != "test:alice test alice read" {
			t.Errorf("the row is %x %s", hash, row)
		}
	})
}

// Every replica asks the database when it meets a session for the first time.
func TestSessionEndsByIdlenessAndByAge(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		cookie := start(t, replica(t, db, unchanged), "alice")
		if got := expires(t, db); !isAbout(got, time.Now().Add(12*time.Hour)) {
			t.Errorf("a new session ends at %v", got)
		}
		soon, old := time.Now().Add(time.Hour), time.Now().AddDate(0, 0, -13)
		change(t, db, "update api_session set expires = $1", web.Timestamp(&soon))
		replica(t, db, unchanged).Want(http.StatusOK, "GET", "/book/1", "", cookie)
		if got := expires(t, db); !isAbout(got, time.Now().Add(12*time.Hour)) {
			t.Errorf("a session that is used ends at %v", got)
		}
		old = old.Add(-20 * time.Hour) // 4 hours are left
		change(t, db, "update api_session set created = $1, expires = $2", web.Timestamp(&old), web.Timestamp(&soon))
		replica(t, db, unchanged).Want(http.StatusOK, "GET", "/book/1", "", cookie)
		if got := expires(t, db); !isAbout(got, time.Now().Add(4*time.Hour)) {
			t.Errorf("an old session ends at %v", got)
		}
		past := time.Now().Add(-2 * time.Second)
		change(t, db, "update api_session set expires = $1", web.Timestamp(&past))
		replica(t, db, unchanged).Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		if got := expires(t, db); got.After(time.Now()) {
			t.Error("a session that has ended began anew")
		}
	})
}

func TestUseIsRecordedEveryFewMinutes(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		cookie := start(t, replica(t, db, unchanged), "alice")
		for ago, recorded := range map[time.Duration]bool{4 * time.Minute: false, 6 * time.Minute: true} {
			before := time.Now().Add(12*time.Hour - ago)
			change(t, db, "update api_session set expires = $1", web.Timestamp(&before))
			replica(t, db, unchanged).Want(http.StatusOK, "GET", "/book/1", "", cookie)
			if after := expires(t, db); after.After(before.Add(time.Second)) != recorded {
				t.Errorf("a use after %v moves the end by %v", ago, after.Sub(before))
			}
		}
	})
}

func TestSessionSeenSecondsAgoCostsNoQuery(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		var asked atomic.Int64
		c := replica(t, db, func(_ context.Context, caller *web.Caller) (*web.Caller, error) {
			asked.Add(1)
			return caller, nil
		})
		cookie := start(t, c, "alice")
		began := time.Now()
		for range 50 {
			c.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		}
		if most := 2 + int64(time.Since(began)/(5*time.Second)); asked.Load() > most {
			t.Errorf("the database was asked %d times, want at most %d", asked.Load(), most)
		}
	})
}

func TestScopesAreThoseOfNow(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		cookie := start(t, replica(t, db, unchanged), "alice")
		without := replica(t, db, func(_ context.Context, caller *web.Caller) (*web.Caller, error) {
			return &web.Caller{ID: caller.ID, Owner: caller.Owner, Scopes: []string{"shelf:read"}}, nil
		})
		without.Want(http.StatusForbidden, "GET", "/book/1", "", cookie)
		without.Want(http.StatusOK, "GET", "/shelf/1", "", cookie)
		gone := replica(t, db, func(context.Context, *web.Caller) (*web.Caller, error) { return nil, web.ErrUnknownCaller })
		gone.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		sick := replica(t, db, func(context.Context, *web.Caller) (*web.Caller, error) { return nil, context.DeadlineExceeded })
		sick.Want(http.StatusServiceUnavailable, "GET", "/book/1", "", cookie)
	})
}

func TestSignOutHoldsOnOtherReplicasWithinSeconds(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		here, there := replica(t, db, unchanged), replica(t, db, unchanged)
		cookie := start(t, here, "alice")
		there.Want(http.StatusOK, "GET", "/book/1", "", cookie)
		here.Want(http.StatusNoContent, "POST", "/sign-out", "", cookie, fromHere)
		here.Want(http.StatusUnauthorized, "GET", "/book/1", "", cookie)
		here.Want(http.StatusNoContent, "POST", "/sign-out", "", cookie, fromHere)
		for end := time.Now().Add(15 * time.Second); there.Do("GET", "/book/1", "", cookie).Status != http.StatusUnauthorized; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the session goes on elsewhere")
			}
		}
	})
}

func TestExpiredSessionsAreDeletedAtASignIn(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		past := time.Now().Add(-time.Hour)
		for i := range 50 { // few enough for one sign-in on a slow machine
			hash := web.HashSecret(fmt.Sprint(i))
			change(t, db, "insert into api_session (hash, caller, name, owner, scopes, created, expires) values ($1, 'x', 'x', 'x', '', $2, $2)", hash[:], web.Timestamp(&past))
		}
		c := replica(t, db, unchanged)
		start(t, c, "alice")
		if n := count(t, db); n != 1 {
			t.Errorf("%d sessions, want the new one", n)
		}
		change(t, db, "update api_session set expires = $1", web.Timestamp(&past))
		start(t, c, "bob")
		if n := count(t, db); n != 2 {
			t.Errorf("%d sessions: the service sweeps at each sign-in", n)
		}
	})
}

func TestCallerHasABoundedNumberOfSessions(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, unchanged)
		other, first := start(t, c, "bob"), start(t, c, "alice")
		var last string
		for range 100 {
			last = start(t, c, "alice")
		}
		if n := count(t, db); n != 101 {
			t.Errorf("%d sessions, want 100 of one caller and 1 of the other", n)
		}
		fresh := replica(t, db, unchanged)
		fresh.Want(http.StatusUnauthorized, "GET", "/book/1", "", first)
		fresh.Want(http.StatusOK, "GET", "/book/1", "", last)
		fresh.Want(http.StatusOK, "GET", "/book/1", "", other)
	})
}

// Else whoever has seen a cookie could keep a session of their own, for ever.
func TestCookieStartsNoOtherSession(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, unchanged)
		cookie := start(t, c, "alice")
		answer := c.Want(http.StatusUnauthorized, "POST", "/sign-in", "", cookie, "Sec-Fetch-Site: same-origin")
		if n := count(t, db); n != 1 || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d sessions, %v", n, answer.Header)
		}
		c.Want(http.StatusOK, "GET", "/book/1", "", cookie)
	})
}

// Nobody could tell when the credential of such a caller ends.
func TestCallerWhoCannotBeConfirmedDoesNotSignIn(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, func(context.Context, *web.Caller) (*web.Caller, error) { return nil, web.ErrUnknownCaller })
		answer := c.Want(http.StatusUnauthorized, "POST", "/sign-in", "", "Authorization: Bearer alice")
		if n := count(t, db); n != 0 || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d sessions, %v", n, answer.Header)
		}
	})
}

// No middleware of this replica looks at the origin, as if it were one that is trusted.
func TestCookieDoesNotCountForATrustedOrigin(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, unchanged)
		cookie := start(t, c, "alice")
		const host = "Host: api.shop.test"
		for origin, want := range map[string]int{"https://app.shop.test": 401, "null": 401, "http://api.shop.test:81": 401, "http://api.shop.test": 200, "": 200} {
			header := "Origin: " + origin
			if origin == "" {
				header = ""
			}
			c.Want(want, "GET", "/book/1", "", cookie, host, header)
			if want == 401 {
				c.Want(http.StatusForbidden, "POST", "/sign-out", "", cookie, host, header)
				c.Want(http.StatusForbidden, "POST", "/sign-in", "", "Authorization: Bearer mallory", host, header)
			}
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d sessions, want that of alice", n)
		}
	})
}

func TestNobodySignsInWithoutACaller(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db, unchanged)
		answer := c.Want(http.StatusUnauthorized, "POST", "/sign-in", "")
		if n := count(t, db); n != 0 || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("%d sessions, %v", n, answer.Header)
		}
	})
}
