// feature: audit

package app

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestTokensAndTheirCallersAreRecorded(t *testing.T) {
	onEachWithTokens(t, func(t *testing.T, env map[string]string, db *database.DB) {
		service := tokenService()
		service.Audit = true
		run := func(want int, args ...string) (stdout string) {
			t.Helper()
			status, stdout, stderr := commandOf(t, service, env, "", args...)
			if status != want {
				t.Fatalf("app %q = %d: %s", args, status, stderr)
			}
			return strings.TrimSpace(stdout)
		}
		run(0, "migrate")
		secrets := []string{run(0, "token", "create", "ci", "--scope", "write", "--owner", "alice")}
		s := startServiceOf(t, service, asking(env, "write"))
		s.Want(http.StatusCreated, "POST", "/book/", validBook, "Authorization: Bearer "+secrets[0], "X-Request-ID: a")
		secrets = append(secrets, run(0, "token", "rotate", "ci"))
		run(1, "token", "create", "ci", "--scope", "read")
		run(0, "token", "revoke", "ci")
		run(1, "token", "revoke", "ci")
		trail := run(0, "audit")
		for _, secret := range secrets {
			if strings.Contains(trail, secret) {
				t.Errorf("the trail has a secret:\n%s", trail)
			}
		}
		var got []string
		for i, line := range strings.Split(trail, "\n") {
			fields := strings.Fields(line)
			if i > 0 {
				got = append(got, strings.Join(append(fields[2:3], fields[5:]...), " "))
			}
		}
		uid := "uid:" + strconv.Itoa(os.Getuid())
		want := []string{uid + " create token 1 -", "token:1 create book 3 a", uid + " rotate token 2 -", uid + " revoke token 1 -", uid + " revoke token 2 -"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q, want %q", got, want)
		}
		if _, err := db.Write.ExecContext(t.Context(), "drop table audit"); err != nil {
			t.Fatal(err)
		}
		run(1, "token", "create", "unrecorded", "--scope", "read")
		if rows, err := db.Rows(t.Context(), "api_token"); rows != 2 || err != nil {
			t.Errorf("%d tokens, %v, want 2: one could not be recorded", rows, err)
		}
	})
}
