package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/database"
)

func TestAllMistakesAreReportedAtOnceWithoutSecrets(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"ADDRESS": "nowhere", "LOG_LEVEL": "loud", "REQUEST_TIMEOUT": "5", "MAX_BODY_BYTES": "-1", "TRUSTED_PROXIES": "10.0.0.0/8,proxy",
		"DATABASE_URL": "db://app:SECRET@db:port/x",
	}
	status, _, stderr := command(t, env, "", "serve", "--shutdown-timeout=soon")
	if status != 2 {
		t.Errorf("exit status = %d, want 2", status)
	}
	for _, name := range []string{"ADDRESS", "LOG_LEVEL", "REQUEST_TIMEOUT", "MAX_BODY_BYTES", "TRUSTED_PROXIES", "DATABASE_URL", "SHUTDOWN_TIMEOUT"} {
		if !strings.Contains(stderr, "app: "+name+" ") {
			t.Errorf("%s is not reported:\n%s", name, stderr)
		}
	}
	if strings.Contains(stderr, "SECRET") {
		t.Errorf("a secret is shown:\n%s", stderr)
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
	if status != 0 || stderr != "" || examples < 0 || commands < examples || settings < commands || strings.Count(stdout, "\n") > 75 {
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

func TestWrongCommandLineIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"bogus"}, {"--bogus"}, {"serve", "--address"}, {"migrate", "--status", "--to=1"}} {
		if status, _, stderr := command(t, nil, "", args...); status != 2 || !strings.Contains(stderr, "app --help") {
			t.Errorf("app %v = %d: %s", args, status, stderr)
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
