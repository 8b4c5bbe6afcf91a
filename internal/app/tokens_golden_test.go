package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	diaries "example.com/templatesite/cmd/project/testdata/golden/diary"
	"example.com/templatesite/cmd/project/testdata/golden/entry"
	"example.com/templatesite/cmd/project/testdata/golden/shelf"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
)

// ownedService has resources as project add --owned writes them.
var ownedService = Service{
	Name: "sample", Title: "sample", Description: "Diaries.", Tokens: true,
	Resources:       []web.Resource{shelf.Resource(), diaries.Resource(), entry.Resource()},
	IdempotencyKeys: true, // feature: idempotency
}

// onEachOwned runs test on every engine, with the settings of a database that is migrated and empty.
func onEachOwned(t *testing.T, test func(t *testing.T, env map[string]string)) {
	t.Helper()
	databasetest.Each(t, ownedService.Resources, func(t *testing.T, db *database.DB) {
		env := settingsOf(t, db)
		if status, _, stderr := commandOf(t, ownedService, env, "", "migrate"); status != 0 {
			t.Fatalf("app migrate = %d: %s", status, stderr)
		}
		test(t, env)
	})
}

func TestRowsBelongToTheOwnerOfTheToken(t *testing.T) {
	onEachOwned(t, func(t *testing.T, env map[string]string) {
		s := startServiceOf(t, ownedService, asking(env, "write"))
		ada := newTokenOf(t, ownedService, env, "create", "laptop", "--owner=ada", "--scope=read", "--scope=write")
		bob := newTokenOf(t, ownedService, env, "create", "bob", "--scope=diary:read", "--scope=diary:write")
		admin := newTokenOf(t, ownedService, env, "create", "support", "--scope=read", "--scope=admin")
		s.Want(http.StatusUnauthorized, "GET", "/diary/", "")
		s.Want(http.StatusOK, "GET", "/shelf/", "") // whose rows have no owners
		s.Want(http.StatusCreated, "POST", "/diary/", `{"title":"ada's"}`, ada)
		s.Want(http.StatusCreated, "POST", "/diary/", `{"title":"bob's"}`, bob)
		s.Want(http.StatusCreated, "POST", "/entry/", `{"diary":1,"text":"a","number":7,"day":"2026-11-28"}`, ada)
		s.Want(http.StatusForbidden, "GET", "/entry/", "", bob)
		s.Want(http.StatusForbidden, "DELETE", "/diary/1", "", admin)
		for _, tt := range []struct {
			as     string
			target string
			want   string
		}{
			{ada, "/diary/", "ada"},
			{bob, "/diary/", "bob"},
			{admin, "/diary/", "ada bob"},
			{ada, "/entry/?diary=1", "ada"},
			{admin, "/entry/", "ada"},
			{newTokenOf(t, ownedService, env, "rotate", "laptop"), "/diary/", "ada"},
			{newTokenOf(t, ownedService, env, "create", "phone", "--owner=ada", "--scope=read"), "/entry/", "ada"},
			{newTokenOf(t, ownedService, env, "create", "ada", "--owner=eve", "--scope=read"), "/diary/", ""},
		} {
			var rows []struct{ Owner string }
			body := s.Want(http.StatusOK, "GET", tt.target, "", tt.as).Body
			if err := json.Unmarshal([]byte(body), &rows); err != nil {
				t.Fatal(err)
			}
			var owners []string
			for _, row := range rows {
				owners = append(owners, row.Owner)
			}
			if got := strings.Join(owners, " "); got != tt.want {
				t.Errorf("%s has rows of %q, want %q", tt.target, got, tt.want)
			}
		}
	})
}

// feature: pages
func TestPageShowsTheRowsOfItsCaller(t *testing.T) {
	onEachOwned(t, func(t *testing.T, env map[string]string) {
		s := startServiceOf(t, ownedService, asking(env, "write"))
		ada := newTokenOf(t, ownedService, env, "create", "ada", "--scope=read", "--scope=write")
		bob := newTokenOf(t, ownedService, env, "create", "bob", "--scope=read", "--scope=write")
		s.Want(http.StatusCreated, "POST", "/diary/", `{"title":"what ada wrote"}`, ada)
		html := "Accept: text/html"
		if page := s.Want(http.StatusOK, "GET", "/diary/1", "", ada, html).Body; !strings.Contains(page, "what ada wrote") || strings.Contains(page, `id="put-owner"`) {
			t.Errorf("the page for ada is %s", page)
		}
		for target, want := range map[string]int{"/diary/1": http.StatusNotFound, "/diary/": http.StatusOK, "/": http.StatusOK} {
			if page := s.Want(want, "GET", target, "", bob, html).Body; strings.Contains(page, "what ada wrote") {
				t.Errorf("the page %s for bob is %s", target, page)
			}
		}
	})
}

// feature: idempotency
func TestIdempotencyKeyOfAnotherOwnerIsAnotherKey(t *testing.T) {
	onEachOwned(t, func(t *testing.T, env map[string]string) {
		s := startServiceOf(t, ownedService, asking(env, "all"))
		const sent, key = `{"title":"the same"}`, "Idempotency-Key: the-same"
		type row struct {
			ID    int64
			Owner string
		}
		create := func(owner, name string) (created row, replayed string) {
			as := newTokenOf(t, ownedService, env, "create", name, "--owner", owner, "--scope=write", "--scope=admin")
			answer := s.Want(http.StatusCreated, "POST", "/diary/", sent, as, key)
			if err := json.Unmarshal([]byte(answer.Body), &created); err != nil {
				t.Fatal(err)
			}
			return created, answer.Header.Get("Idempotency-Replayed")
		}
		first, _ := create("ada", "laptop")
		other, replayed := create("bob", "bob")
		again, given := create("ada", "phone")
		if first.Owner != "ada" || other.Owner != "bob" || other.ID == first.ID || replayed != "" || again != first || given != "true" {
			t.Errorf("ada creates %+v, bob %+v (replayed: %q), ada again %+v (replayed: %q)", first, other, replayed, again, given)
		}
	})
}

func TestScopeAdminIsForRowsWithOwners(t *testing.T) {
	onEachOwned(t, func(t *testing.T, env map[string]string) {
		newTokenOf(t, ownedService, env, "create", "root", "--scope=admin")
		plain := ownedService
		plain.Resources = plain.Resources[:1]
		status, _, stderr := commandOf(t, plain, env, "", "token", "create", "other", "--scope=admin")
		if status == 0 || !strings.Contains(stderr, `no operation needs the scope "admin"`) {
			t.Errorf("app token create = %d: %s", status, stderr)
		}
	})
}

func TestFixturesWithOwnersAreLoadedAndDumped(t *testing.T) {
	onEachOwned(t, func(t *testing.T, env map[string]string) {
		const row = `[{"model": "diary", "pk": 7, "fields": {"owner": "ada", "title": "mine"}}]`
		if status, _, stderr := commandOf(t, ownedService, env, row, "loaddata", "-"); status != 0 {
			t.Fatalf("app loaddata = %d: %s", status, stderr)
		}
		if status, dump, stderr := commandOf(t, ownedService, env, "", "dumpdata"); status != 0 || !strings.Contains(dump, `{"owner":"ada","title":"mine"}`) {
			t.Errorf("app dumpdata = %d: %s%s", status, dump, stderr)
		}
		s := startServiceOf(t, ownedService, env)
		if list := s.Want(http.StatusOK, "GET", "/diary/", "").Body; list != "[]\n" { // where nobody is asked
			t.Errorf("the list is %s", list)
		}
		s.Want(http.StatusCreated, "POST", "/diary/", `{"title":"nobody's"}`)
		s.Want(http.StatusOK, "GET", "/diary/8", "")
	})
}
