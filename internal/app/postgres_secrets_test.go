package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// malformedURLs returns URLs whose password a parser may misread.
func malformedURLs() []string {
	var all []string
	for _, before := range []string{"", "12", "x@", "x@h/", "x@h?", "7/", "a:b/", "p%4", "[::1]", "\\", "\n", "ü", "a,b:1,", "%2F"} {
		for _, between := range []string{"", "/", "#", "?", "@", ":", "%", "?a=", "?password=", "&", ","} {
			password := before + between + marker
			all = append(all,
				"postgres://app:"+password+"@db/x", "postgresql://app:"+password+"@[::1]:5432,db/x?sslmode=disable",
				"postgres://:"+password+"@db", "postgres://localhost:7/"+password+"@db", "Postgres://app:"+password+"@db/x",
				"postgres:app:"+password+"@db/x", "app:"+password+"@db/x", "host=db user=app password="+password,
				"postgres://app@db/x?password="+password, "postgres://app@db/x?sslmode="+password+"@", "mysql://app:"+password+"@db/x",
			)
		}
	}
	return append(all, "postgres://app%3A"+marker+"@db/x", "postgres://app%3a"+marker+"@db/x",
		"postgres://app:"+marker+"@db:port/x", "postgres://app:"+marker+"@db:99999/x", "postgres://app:"+marker+"@db/x?sslmode=sometimes",
		"postgres://app:"+marker+"@db/x?sslpassword="+marker, "postgres://app:"+marker+"@db/x\r", "postgres://app:"+marker+"@db/x#"+marker)
}

func TestPasswordInAMalformedURLIsNotShown(t *testing.T) {
	t.Parallel()
	accepted := 0
	for _, url := range malformedURLs() {
		status, stdout, stderr := command(t, map[string]string{"DATABASE_URL": url}, "", "settings")
		if strings.Contains(stdout+stderr, marker) {
			t.Errorf("%q, exit status %d: the secret is shown:\n%s%s", url, status, shown(stdout), stderr)
		}
		if status == 0 {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("none of the passwords is accepted")
	}
}

func TestUnencodedPasswordIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://localhost:7/" + marker + "@db", "postgres://app:/" + marker + "@db/x", "postgres://app:12#" + marker + "@db/x", "postgres://app:12?" + marker + "@db/x", "postgres://app:a@" + marker + "@db/x"} {
		status, stdout, stderr := command(t, map[string]string{"DATABASE_URL": url}, "", "settings")
		if status != 2 || !strings.Contains(stderr, "ercent-encode") || !strings.Contains(stderr, "DATABASE_PASSWORD") || strings.Contains(stdout+stderr, marker) {
			t.Errorf("%s: exit status %d: %s%s", url, status, stdout, stderr)
		}
	}
	for _, url := range []string{
		"postgres://db", "postgresql://app@db/x", "postgres://app:p%40ss%2F@db:5432/x?sslmode=disable", "postgres://app@one:5432,two:5433,[::1]:5434/x?target_session_attrs=any",
		"postgres:///x?host=/var/run/postgresql", "postgres://app%40tenant:pass:word@db/x", "postgres://a.b-c_d~:$&'()*+,;=!@db/x", "postgres://app@db/x?options=-c%20geqo%3Doff&search_path=a,b",
	} {
		if status, _, stderr := command(t, map[string]string{"DATABASE_URL": url}, "", "settings"); status != 0 {
			t.Errorf("%s: exit status %d: %s", url, status, stderr)
		}
	}
}

func FuzzPasswordIsNotShown(f *testing.F) {
	f.Add("app", "", "", "db/x")
	f.Add("app", "12#", "?", "db,two:5433/x?sslmode=disable")
	f.Add("a:b", "x@h/?", "%", "[::1]")
	f.Fuzz(func(t *testing.T, user, before, after, rest string) {
		url := "postgres://" + user + ":" + before + marker + after + "@" + rest
		_, stdout, stderr := command(t, map[string]string{"DATABASE_URL": url}, "", "settings")
		if strings.Contains(stdout+stderr, marker) {
			t.Errorf("%q: the secret is shown:\n%s%s", url, shown(stdout), stderr)
		}
	})
}

func TestURLWithAPasswordIsNotShownAsTheEnvironment(t *testing.T) {
	t.Parallel()
	hideURLs(t, "ENVIRONMENT")
}

func TestPasswordInAWrongPlaceIsNotRepeated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://app:/"+marker+"@db/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hideSecrets(t, []misplaced{
		{map[string]string{"DATABASE_PASSWORD_FILE": marker}, nil},
		{map[string]string{"DATABASE_PASSWORD_FILE": "/dev/" + marker}, nil},
		{map[string]string{"DATABASE_URL_FILE": file}, nil},
		{nil, []string{"--database-password", "", marker}},
		{nil, []string{"--database-password", "-" + marker}},
		{nil, []string{"--database-password=x", "-x" + marker}},
		{nil, []string{"--database-pasword=" + marker}},
		{nil, []string{"--database-pasword", marker}},
		{nil, []string{"-p" + marker, "--database-password=x"}},
		{nil, []string{"--database-url=postgres://app:12?" + marker + "@db"}},
		{nil, []string{"--database-url", "postgres://app:12 " + marker + "@db"}},
	})
}
