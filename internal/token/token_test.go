package token_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/idempotency" // feature: idempotency
	"example.com/templatesite/internal/sampletest"
	"example.com/templatesite/internal/token"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// each runs test on every engine, on a database with the fixtures and the table.
func each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	databasetest.Each(t, append(sampletest.Resources(), token.Table()), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		test(t, db)
	})
}

// replica returns a client of a process of the service that asks everyone who they are.
func replica(t *testing.T, db *database.DB) *webtest.Client {
	t.Helper()
	api := web.NewAPI(web.Options{
		Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Classify: database.Classifier(sampletest.Resources()),
		Authentication: web.AuthenticationAll, Identify: []web.Identify{token.New(db.DB, "sample").Identify},
	})
	for _, resource := range sampletest.Resources() {
		resource.Routes(api.For(resource.Name), db.DB)
	}
	api.Documents()
	return webtest.New(t, api)
}

func create(t *testing.T, db *database.DB, name string, scopes ...string) (header string) {
	t.Helper()
	expires := time.Now().Add(time.Hour)
	secret, err := token.New(db.DB, "sample").Create(t.Context(), &token.Token{Name: name, Owner: "alice", Scopes: scopes, Expires: &expires})
	if err != nil {
		t.Fatal(err)
	}
	return "Authorization: Bearer " + secret
}

func change(t *testing.T, db *database.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Write.ExecContext(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// await calls f until it returns true, for longer than an answer is remembered.
func await(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !f(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

var form = regexp.MustCompile(`^Authorization: Bearer sample_[A-Z2-7]{58}$`)

func TestTokenMayDoWhatItsScopesSay(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db)
		reader, writer, shelves := create(t, db, "reader", "read"), create(t, db, "writer", "book:write"), create(t, db, "shelves", "shelf:read", "shelf:write")
		if !form.MatchString(reader) || reader == writer {
			t.Errorf("the secrets are %s and %s", reader, writer)
		}
		const walden = `{"shelf":1,"title":"Walden","pages":352}`
		for _, tt := range []struct {
			header, method, path, body string
			want                       int
		}{
			{"", "GET", "/book/1", "", 401},
			{"", "POST", "/book/", walden, 401},
			{reader, "GET", "/book/1", "", 200},
			{reader, "HEAD", "/shelf/1", "", 200},
			{reader, "OPTIONS", "/book/", "", 200},
			{reader, "POST", "/book/", walden, 403},
			{reader, "DELETE", "/book/1", "", 403},
			{writer, "POST", "/book/", walden, 201},
			{writer, "GET", "/book/1", "", 403},
			{writer, "POST", "/shelf/", `{"name":"new","room":"new"}`, 403},
			{shelves, "POST", "/shelf/", `{"name":"new","room":"new"}`, 201},
			{shelves, "GET", "/shelf/1", "", 200},
			{shelves, "GET", "/book/1", "", 403},
			{strings.Replace(reader, "Bearer", "bearer", 1), "GET", "/book/1", "", 200},
			{strings.Replace(reader, "Bearer", "Bearer  ", 1), "GET", "/book/1", "", 200},
			{"", "GET", "/", "", 200},
			{"", "GET", "/openapi.json", "", 200},
		} {
			if got := c.Do(tt.method, tt.path, tt.body, tt.header); got.Status != tt.want {
				t.Errorf("%q %s %s = %d %s, want %d", tt.header, tt.method, tt.path, got.Status, got.Body, tt.want)
			}
		}
	})
}

func TestSecretIsKeptAsAHashAlone(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		header := create(t, db, "ci", "read")
		replica(t, db).Want(http.StatusOK, "GET", "/book/1", "", header)
		var row string
		if err := db.QueryRowContext(t.Context(), "select name || ' ' || owner || ' ' || scopes from api_token").Scan(&row); err != nil || row != "ci alice read" {
			t.Errorf("the row is %q, %v", row, err)
		}
		var hash []byte
		if err := db.QueryRowContext(t.Context(), "select hash from api_token").Scan(&hash); err != nil || len(hash) != 32 || strings.Contains(header, string(hash)) {
			t.Errorf("the hash has %d bytes, %v", len(hash), err)
		}
	})
}

// refusal is what a client sees, but for the id of the request.
func refusal(r webtest.Response) string {
	return fmt.Sprint(r.Status, r.Header.Get("Www-Authenticate"), r.Header.Get("Cache-Control"), regexp.MustCompile(`"request_id":"[^"]*"`).ReplaceAllString(r.Body, ""))
}

func TestRefusalDoesNotSayWhy(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db)
		good := create(t, db, "good", "read", "write")
		expired, revoked, deleted := create(t, db, "expired", "read", "write"), create(t, db, "revoked", "read", "write"), create(t, db, "deleted", "read", "write")
		past := time.Now().Add(-2 * time.Second)
		change(t, db, "update api_token set expires = $1 where name = 'expired'", web.Timestamp(&past))
		change(t, db, "delete from api_token where name = 'deleted'")
		if _, err := token.New(db.DB, "sample").Revoke(t.Context(), "revoked"); err != nil {
			t.Fatal(err)
		}
		otherService := create(t, db, "other", "read", "write")
		otherService = strings.Replace(otherService, "sample_", "simple_", 1)
		want := refusal(c.Want(http.StatusUnauthorized, "GET", "/book/1", "", deleted))
		if !strings.HasPrefix(want, `401Bearer realm="api", error="invalid_token"no-store`) {
			t.Errorf("a refusal is %s", want)
		}
		for _, header := range []string{
			expired, revoked, deleted, otherService, good + "A", good[:len(good)-1], strings.ToLower(good), "Authorization: Bearer x", "Authorization: Bearer ",
			"Authorization: Bearer", "Authorization: Bearer sample_", "Authorization: Bearer sample_" + strings.Repeat("A", 58), "Authorization: Bearer " + strings.Repeat("A", 1<<20),
			"Authorization: Bearer sämple", "Authorization: Bearer \U0001f511", "Authorization: Bearer \xff", "Authorization: Bearer a\x00b", good + " x", good + "\t", good + ",Bearer x",
			"Authorization: Bearer ' or 1=1 --", good + "=",
		} {
			for _, target := range []string{"/book/1", "/shelf/1/book/"} {
				if got := refusal(c.Do("GET", target, "", header)); got != want {
					t.Errorf("%.80q: %s, want %s", header, got, want)
				}
			}
		}
		c.Want(http.StatusOK, "GET", "/book/1", "", good)
	})
}

func TestCredentialElsewhereIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		c := replica(t, db)
		good := create(t, db, "good", "read", "write")
		secret := strings.TrimPrefix(good, "Authorization: Bearer ")
		for _, answer := range []webtest.Response{
			c.Do("GET", "/book/1?access_token="+secret, ""),
			c.Do("GET", "/book/1?x=y&access_token="+secret, "", good),
			c.Do("GET", "/book/1", "", good, good),
			c.Do("GET", "/book/1", "", good, "Authorization: Basic eDp5"),
		} {
			if answer.Status != http.StatusBadRequest || !strings.Contains(answer.Header.Get("Www-Authenticate"), `error="invalid_request"`) || strings.Contains(answer.Body, secret) {
				t.Errorf("%d %v %s", answer.Status, answer.Header, answer.Body)
			}
		}
		c.Want(http.StatusUnauthorized, "GET", "/book/1", "", "Authorization: Basic "+secret)
		c.Want(http.StatusUnauthorized, "GET", "/book/1", "", "Cookie: access_token="+secret)
		c.Want(http.StatusUnauthorized, "GET", "/book/1", "", "Authorization: "+secret)
	})
}

func TestRevocationHoldsWithinSecondsOnEveryReplica(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		other, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		header, replicas := create(t, db, "ci", "read"), []*webtest.Client{replica(t, db), replica(t, other)}
		for _, c := range replicas {
			c.Want(http.StatusOK, "GET", "/book/1", "", header)
		}
		stop := make(chan struct{})
		var clients sync.WaitGroup
		defer clients.Wait()
		defer close(stop)
		for i := range 4 { // which keep the token in the caches
			clients.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(5 * time.Millisecond):
						replicas[i%2].Do("GET", "/book/1", "", header)
					}
				}
			})
		}
		if _, err := token.New(db.DB, "sample").Revoke(t.Context(), "ci"); err != nil {
			t.Fatal(err)
		}
		revoked := time.Now()
		for _, c := range replicas {
			await(t, "the refusal", func() bool { return c.Do("GET", "/book/1", "", header).Status == http.StatusUnauthorized })
		}
		if took := time.Since(revoked); took > 8*time.Second {
			t.Errorf("it took %v", took)
		}
		if _, err := token.New(db.DB, "sample").Revoke(t.Context(), "ci"); !errors.Is(err, token.ErrNone) {
			t.Errorf("it is revoked again: %v", err)
		}
	})
}

func TestSeenTokenCostsNoQuery(t *testing.T) {
	databasetest.Each(t, append(sampletest.Resources(), token.Table()), func(t *testing.T, db *database.DB) {
		var mu sync.Mutex
		statements := map[string]int{}
		observed, err := database.Open(database.Options{URL: databasetest.URL(t, db), MaxConnections: 4, Observe: func(_ context.Context, s *web.Statement) {
			mu.Lock()
			defer mu.Unlock()
			statements[s.Name]++
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer observed.Close()
		header := create(t, db, "ci", "read")
		stranger := create(t, db, "stranger", "read")
		change(t, db, "delete from api_token where name = 'stranger'")
		c := replica(t, observed)
		var clients sync.WaitGroup
		for range 16 {
			clients.Go(func() {
				for range 10 {
					c.Do("GET", "/book/1", "", header)
					c.Do("GET", "/book/1", "", stranger)
				}
			})
		}
		clients.Wait()
		// All came at once, so for each as many have looked as may at a time.
		if n := statements["api_token.find"]; n < 2 || n > 8 || statements["api_token.use"] > 4 {
			t.Errorf("320 requests have run %v", statements)
		}
	})
}

func TestTableThatIsAwayLetsNobodyThrough(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		header := create(t, db, "ci", "read", "write")
		change(t, db, "alter table api_token rename to away")
		c := replica(t, db)
		for _, method := range []string{"GET", "DELETE", "OPTIONS"} {
			answer := c.Want(http.StatusServiceUnavailable, method, "/book/1", "", header)
			if answer.Header.Get("Retry-After") == "" || strings.Contains(answer.Body, "api_token") {
				t.Errorf("%v %s", answer.Header, answer.Body)
			}
		}
		c.Want(http.StatusUnauthorized, "GET", "/book/1", "")
		change(t, db, "alter table away rename to api_token")
		c.Want(http.StatusOK, "GET", "/book/1", "", header)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		replica(t, db).Want(http.StatusServiceUnavailable, "GET", "/book/1", "", header)
	})
}

func TestUseIsKeptToTheHour(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		header, tokens := create(t, db, "ci", "read"), token.New(db.DB, "sample")
		list := func() token.Token {
			all, err := tokens.List(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatalf("%v, %v", all, err)
			}
			return all[0]
		}
		if one := list(); one.Used != nil {
			t.Errorf("it was used at %v", one.Used)
		}
		replica(t, db).Want(http.StatusOK, "GET", "/book/1", "", header)
		if one := list(); one.Used == nil || one.Used.Truncate(time.Hour) != *one.Used || time.Since(*one.Used) > 2*time.Hour {
			t.Errorf("it was used at %v", one.Used)
		}
		yesterday := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Hour)
		change(t, db, "update api_token set used = $1", web.Timestamp(&yesterday))
		replica(t, db).Want(http.StatusOK, "GET", "/book/1", "", header)
		if one := list(); !one.Used.After(yesterday) {
			t.Errorf("it was used at %v", one.Used)
		}
	})
}

// Neither another program that changes the table, nor a database that cannot be written to, locks callers out.
func TestTokenWorksWhenItsUseCannotBeStored(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		header := create(t, db, "ci", "read")
		other, err := db.Write.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.ExecContext(t.Context(), "update api_token set owner = 'bob'"); err != nil {
			t.Fatal(err)
		}
		replica(t, db).Want(http.StatusOK, "GET", "/book/1", "", header)
		if err := other.Rollback(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestIdempotencyKeyBelongsToTheOwner(t *testing.T) { // feature: idempotency
	databasetest.Each(t, append(sampletest.Resources(), token.Table(), idempotency.Table()), func(t *testing.T, db *database.DB) {
		sampletest.Load(t, db)
		tokens := token.New(db.DB, "sample")
		api := web.NewAPI(web.Options{
			Title: "test", Version: "test", MaxBodyBytes: 1 << 20, Authentication: web.AuthenticationWrite, Identify: []web.Identify{tokens.Identify},
			Once: idempotency.New(db.DB).Once,
		})
		for _, resource := range sampletest.Resources() {
			resource.Routes(api.For(resource.Name), db.DB)
		}
		c := webtest.New(t, api)
		create := func(name, owner string) string {
			secret, err := tokens.Create(t.Context(), &token.Token{Name: name, Owner: owner, Scopes: []string{"write"}})
			if err != nil {
				t.Fatal(err)
			}
			return "Authorization: Bearer " + secret
		}
		const walden, key = `{"shelf":1,"title":"Walden","pages":352}`, "Idempotency-Key: same"
		alice, laptop, mallory := create("alice", "alice"), create("laptop", "alice"), create("mallory", "mallory")
		first := c.Want(http.StatusCreated, "POST", "/book/", walden, key, alice)
		if again := c.Want(http.StatusCreated, "POST", "/book/", walden, key, laptop); again.Body != first.Body {
			t.Errorf("another token of the owner gets %s, want %s", again.Body, first.Body)
		}
		if other := c.Want(http.StatusCreated, "POST", "/book/", walden, key, mallory); other.Body == first.Body || other.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("another owner gets %s", other.Body)
		}
	})
}

func TestRotationKeepsTheFormerSecretForAWhile(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		tokens := token.New(db.DB, "sample")
		first := create(t, db, "ci", "read", "book:write")
		if _, err := tokens.Create(t.Context(), &token.Token{Name: "ci", Owner: "bob", Scopes: []string{"read"}}); !errors.Is(err, token.ErrExists) {
			t.Errorf("a second token ci: %v", err)
		}
		one, secret, err := tokens.Rotate(t.Context(), "ci", time.Hour)
		if err != nil || one.ID != 2 || one.Owner != "alice" || strings.Join(one.Scopes, " ") != "read book:write" || one.Used != nil || one.Expires == nil {
			t.Fatalf("%+v, %v", one, err)
		}
		c := replica(t, db)
		c.Want(http.StatusOK, "GET", "/book/1", "", first)
		c.Want(http.StatusOK, "GET", "/book/1", "", "Authorization: Bearer "+secret)
		if _, _, err := tokens.Rotate(t.Context(), "ci", 0); err != nil {
			t.Fatal(err)
		}
		await(t, "the end of the former", func() bool {
			return replica(t, db).Do("GET", "/book/1", "", first).Status == http.StatusUnauthorized
		})
		if _, _, err := tokens.Rotate(t.Context(), "nobody", time.Hour); !errors.Is(err, token.ErrNone) {
			t.Errorf("nobody is rotated: %v", err)
		}
		if _, err := tokens.Revoke(t.Context(), "ci"); err != nil {
			t.Fatal(err)
		}
		for _, header := range []string{first, "Authorization: Bearer " + secret} {
			replica(t, db).Want(http.StatusUnauthorized, "GET", "/book/1", "", header)
		}
	})
}

func TestTextsOfATokenFitALineOfTheLog(t *testing.T) {
	each(t, func(t *testing.T, db *database.DB) {
		for _, text := range []string{"", " ", "a b", "a\nb", "\x1b[2J", "ü", strings.Repeat("x", 101), "a\x00"} {
			for _, one := range []token.Token{
				{Name: text, Owner: "o", Scopes: []string{"read"}},
				{Name: "n", Owner: text, Scopes: []string{"read"}},
				{Name: "n", Owner: "o", Scopes: []string{text}},
				{Name: "n", Owner: "o"},
			} {
				if _, err := token.New(db.DB, "sample").Create(t.Context(), &one); err == nil || len(err.Error()) > 300 {
					t.Errorf("%+v: %v", one, err)
				}
			}
		}
	})
}
