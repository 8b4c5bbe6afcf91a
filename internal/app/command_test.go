package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestAllMistakesAreReportedAtOnceWithoutSecrets(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"ADDRESS": "nowhere", "LOG_LEVEL": "loud", "REQUEST_TIMEOUT": "5", "MAX_BODY_BYTES": "-1", "TRUSTED_PROXIES": "10.0.0.0/8,proxy",
		"ENVIRONMENT": "moon", "DATABASE_URL": "postgres://app:SECRET@db:port/x", "DATABASE_PASSWORD_FILE": empty,
	}
	status, _, stderr := command(t, env, "", "serve", "--shutdown-timeout=soon")
	if status != 2 {
		t.Errorf("exit status = %d, want 2", status)
	}
	for _, name := range []string{"ADDRESS", "LOG_LEVEL", "REQUEST_TIMEOUT", "MAX_BODY_BYTES", "TRUSTED_PROXIES", "ENVIRONMENT", "DATABASE_URL", "DATABASE_PASSWORD_FILE", "SHUTDOWN_TIMEOUT"} {
		if !strings.Contains(stderr, "app: "+name+" ") {
			t.Errorf("%s is not reported:\n%s", name, stderr)
		}
	}
	if strings.Contains(stderr, "SECRET") {
		t.Errorf("a secret is shown:\n%s", stderr)
	}
}

func TestSecretComesFromAFileOrAVariableButNotBoth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("SECRET\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		env    map[string]string
		status int
		want   string
	}{
		{"from a file", map[string]string{"DATABASE_PASSWORD_FILE": file}, 0, "*** file "},
		{"from a variable", map[string]string{"DATABASE_PASSWORD": "SECRET"}, 0, "*** environment "},
		{"from both", map[string]string{"DATABASE_PASSWORD": "SECRET", "DATABASE_PASSWORD_FILE": file}, 2, "choose one"},
		{"from a file that is missing", map[string]string{"DATABASE_PASSWORD_FILE": file + "x"}, 2, "DATABASE_PASSWORD_FILE names a file that cannot be read"},
		{"in a parameter", map[string]string{"DATABASE_URL": "postgres://app@db/x?password=SECRET"}, 2, "Do not put a password into the parameters"},
		{"as the password of a TLS key", map[string]string{"DATABASE_URL": "postgres://app@db/x?sslpassword=SECRET"}, 0, "postgres://app@db/x?sslpassword=xxxxx"},
		{"in a URL", map[string]string{"DATABASE_URL": "postgres://app:SECRET@db/x"}, 0, "postgres://app:xxxxx@db/x"},
	} {
		status, stdout, stderr := command(t, tt.env, "", "settings")
		if status != tt.status || !strings.Contains(strings.Join(strings.Fields(stdout+stderr), " "), tt.want) {
			t.Errorf("%s: exit status %d, want %d and %q:\n%s%s", tt.name, status, tt.status, tt.want, stdout, stderr)
		}
		if strings.Contains(stdout+stderr, "SECRET") {
			t.Errorf("%s: the secret is shown:\n%s%s", tt.name, stdout, stderr)
		}
	}
}

func TestSettingsNameTheirOrigin(t *testing.T) {
	t.Parallel()
	_, stdout, _ := command(t, map[string]string{"LOG_FORMAT": "text"}, "", "settings", "--log-level=warn")
	for setting, origin := range map[string]string{"LOG_LEVEL": "flag", "LOG_FORMAT": "environment", "ADDRESS": "default"} {
		found := false
		for line := range strings.Lines(stdout) {
			fields := strings.Fields(line)
			found = found || fields[0] == setting && fields[2] == origin
		}
		if !found {
			t.Errorf("%s is not from %s:\n%s", setting, origin, stdout)
		}
	}
}

func TestHelpOfACommandLeavesOutTheSettings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"serve", "migrate", "loaddata", "dumpdata", "healthcheck", "openapi", "routes", "settings", "version"} {
		status, stdout, stderr := command(t, nil, "", name, "--help")
		if status != 0 || stderr != "" || !strings.Contains(stdout, "`app --help` lists them") || strings.Contains(stdout, "max-connections") || strings.Count(stdout, "\n") > 35 {
			t.Errorf("app %s --help = %d:\n%s%s", name, status, stdout, stderr)
		}
		if has := strings.Contains(stdout, "Examples:"); !has && name != "routes" && name != "settings" && name != "version" {
			t.Errorf("app %s --help has no examples:\n%s", name, stdout)
		}
	}
}

func TestHelpHasCommandsAndExamplesBeforeALineForEachSetting(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := command(t, nil, "", "--help")
	examples, commands, settings := strings.Index(stdout, "Examples:"), strings.Index(stdout, "Commands:"), strings.Index(stdout, "Settings,")
	if status != 0 || stderr != "" || examples < 0 || commands < examples || settings < commands || strings.Count(stdout, "\n") > 65 {
		t.Errorf("app --help = %d:\n%s%s", status, stdout, stderr)
	}
	values, _ := listed(t, nil)
	for name := range values {
		if !strings.Contains(stdout[settings:], "\n  "+name+" ") {
			t.Errorf("%s is not in the help", name)
		}
	}
	for line := range strings.Lines(stdout) {
		if len(line) > 110 {
			t.Errorf("a line is too long: %s", line)
		}
	}
}

func TestFailureOfTheDefaultDatabaseAdvisesToSetDatabaseURL(t *testing.T) {
	t.Parallel()
	service := testService
	service.Name = filepath.Join(t.TempDir(), "sample")              // the default file is named after the service
	if err := os.Mkdir(service.Name+".db.lock", 0o700); err != nil { // so that the database cannot be opened
		t.Fatal(err)
	}
	for _, name := range []string{"serve", "dumpdata"} {
		for value, want := range map[string]bool{"": true, "sqlite:" + service.Name + ".db": false} {
			env := map[string]string{"DATABASE_URL": value, "ADDRESS": "127.0.0.1:0"}
			status, _, stderr := commandOf(t, service, env, "", name)
			if got := strings.Contains(stderr, "DATABASE_URL is not set") && strings.Contains(stderr, "postgres://"); status != 1 || got != want {
				t.Errorf("app %s with DATABASE_URL=%s = %d: %s", name, value, status, stderr)
			}
		}
	}
}

func TestWrongCommandLineIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"bogus"}, {"--bogus"}, {"serve", "--address"}, {"migrate", "--status", "--to=1"}} {
		if status, _, stderr := command(t, nil, "", args...); status != 2 || !strings.Contains(stderr, "app --help") {
			t.Errorf("app %v = %d: %s", args, status, stderr)
		}
	}
}

func TestCommandThatNeedsADatabaseDoesNotCreateOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "none.db")
	env := map[string]string{"DATABASE_URL": "sqlite:" + file}
	for _, args := range [][]string{{"dumpdata"}, {"loaddata"}, {"migrate", "--status"}} {
		status, _, stderr := command(t, env, "", args...)
		if status != 1 || !strings.Contains(stderr, "there is no database") {
			t.Errorf("app %v = %d: %s", args, status, stderr)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("app %v created a file", args)
		}
	}
}

func TestMigrateNeedsOneConnectionOnly(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		env["DATABASE_MAX_CONNECTIONS"] = "1"
		if status, _, stderr := command(t, env, "", "migrate"); status != 0 {
			t.Errorf("app migrate = %d: %s", status, stderr)
		}
	})
}

func TestVersionNamesModuleAndToolchain(t *testing.T) {
	t.Parallel()
	status, stdout, _ := command(t, nil, "", "version")
	if status != 0 || !strings.HasPrefix(stdout, testService.build().Module+" ") || !strings.Contains(stdout, "commit ") || !strings.Contains(stdout, "go1.") {
		t.Errorf("app version = %d: %s", status, stdout)
	}
}

func TestHealthcheckFailsWhenTheServiceDoesNotAnswer(t *testing.T) {
	t.Parallel()
	env := map[string]string{"ADDRESS": "127.0.0.1:1"}
	if status, _, stderr := command(t, env, "", "healthcheck"); status != 1 || !strings.Contains(stderr, "does not answer") {
		t.Errorf("app healthcheck = %d: %s", status, stderr)
	}
}
