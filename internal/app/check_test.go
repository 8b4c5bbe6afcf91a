package app

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/database"
)

// checked runs app check --deploy --json, and returns its exit status and the results by id.
func checked(t *testing.T, env map[string]string) (status int, results map[string]check.Status) {
	t.Helper()
	status, stdout, stderr := command(t, env, "", "check", "--deploy", "--json")
	var report struct {
		Checks []struct {
			ID     string
			Status check.Status
		}
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	results = map[string]check.Status{}
	for _, r := range report.Checks {
		results[r.ID] = r.Status
	}
	return status, results
}

// unsafe are settings, and the check that finds them.
var unsafe = map[string]map[string]string{
	"hosts.any":          {"ALLOWED_HOSTS": "*"},
	"hosts.local":        {"ALLOWED_HOSTS": "localhost"},
	"proxies.any":        {"TRUSTED_PROXIES": "0.0.0.0/0"},
	"proxies.none":       {"TRUSTED_PROXIES": ""},
	"log.debug":          {"LOG_LEVEL": "debug"},
	"timeout.long":       {"REQUEST_TIMEOUT": "2m"},
	"memory.bodies":      {"MAX_BODY_BYTES": "1000000000000000"},
	"settings.misspelt":  {"REQUEST_TIMEOUTS": "1s"},
	"settings.silences":  {"SILENCED_CHECKS": "no.such=x"},
	"origins.plain":      {"ALLOWED_ORIGINS": "http://app.test"},                // feature: cors
	"admin.open":         {"ADMIN_ADDRESS": ":8001", "ADMIN_TOKEN": ""},         // feature: admin
	"admin.weak-token":   {"ADMIN_TOKEN": "password-password"},                  // feature: admin
	"secrets.exposed":    {"ADMIN_TOKEN": "1f9c7a40be2d8653e07b"},               // feature: admin
	"syslog.unreachable": {"SYSLOG_ADDRESS": "tcp://127.0.0.1:1"},               // feature: syslog
	"traces.unreachable": {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, // feature: traces
}

func TestCheckFindsWhatTheSettingsMakeUnsafe(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		safe := maps.Clone(env)
		maps.Copy(safe, map[string]string{"ALLOWED_HOSTS": "server", "TRUSTED_PROXIES": "192.0.2.1"})
		_, before := checked(t, safe)
		for id, settings := range unsafe {
			if before[id] == check.Found || before[id] == check.Unknown {
				t.Errorf("%s is %s without a reason", id, before[id])
			}
			env := maps.Clone(safe)
			maps.Copy(env, settings)
			if status, after := checked(t, env); status != 1 || after[id] != check.Found {
				t.Errorf("%v: exit status %d, and %s is %s", settings, status, id, after[id])
			}
		}
	})
}

// elsewhere are the beginnings of ids that a test cannot pass: the machine, the proxy, the database
// and the callers are not those of a deployment.
var elsewhere = []string{
	"process.", "memory.", "version.", "https.", "authentication.",
	"sqlite.",                   // feature: sqlite
	"environment.", "postgres.", // feature: postgres
}

// The settings are those that the README calls safe. A new check for production needs a line there.
func TestCheckFindsNothingWithTheSettingsOfTheReadme(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		maps.Copy(env, map[string]string{
			"ALLOWED_HOSTS": "server", "TRUSTED_PROXIES": "192.0.2.1",
			"THROTTLE_REQUESTS": "100/s", // feature: throttle
		})
		_, results := checked(t, env)
		for id, status := range results {
			there := func(beginning string) bool { return strings.HasPrefix(id, beginning) }
			if (status == check.Found || status == check.Unknown) && !slices.ContainsFunc(elsewhere, there) {
				t.Errorf("%s is %s", id, status)
			}
		}
	})
}

func TestCheckComparesTheMigrations(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, db *database.DB) {
		if status, results := checked(t, env); results["migrations.pending"] != check.Passed || results["database.unreachable"] != check.Passed {
			t.Errorf("exit status %d: %v", status, results)
		}
		if _, err := db.Write.ExecContext(t.Context(), "delete from app_migrations where version_id > 0"); err != nil {
			t.Fatal(err)
		}
		if status, results := checked(t, env); status != 1 || results["migrations.pending"] != check.Found {
			t.Errorf("without migrations, exit status %d: %v", status, results)
		}
	})
}

func TestCheckExitsWithTheStatusThatItsHelpPromises(t *testing.T) {
	onEach(t, func(t *testing.T, env map[string]string, _ *database.DB) {
		for _, tt := range []struct {
			setting, value string
			args           []string
			status         int
		}{
			{"ALLOWED_HOSTS", "server", nil, 0},
			{"ALLOWED_HOSTS", "*", nil, 1},
			{"ALLOWED_HOSTS", "*", []string{"--fail-level=error"}, 1},
			{"REQUEST_TIMEOUTS", "1s", nil, 1},
			{"REQUEST_TIMEOUTS", "1s", []string{"--fail-level=error"}, 0},
			{"SILENCED_CHECKS", "settings.silences=x;no.such=x", nil, 0},
			{"ALLOWED_HOSTS", "", []string{"--fail-level=fatal"}, 2},
			{"ALLOWED_HOSTS", "a b", nil, 2},
			{"ALLOWED_HOSTS", "server", []string{"everything"}, 2},
		} {
			env := maps.Clone(env)
			env[tt.setting] = tt.value
			status, stdout, stderr := command(t, env, "", append([]string{"check"}, tt.args...)...)
			if status != tt.status || strings.Contains(stdout, "\x1b") || (status == 2) != (stdout == "") {
				t.Errorf("%s=%s %v: exit status %d, want %d:\n%s%s", tt.setting, tt.value, tt.args, status, tt.status, stdout, stderr)
			}
		}
	})
}

func TestDocumentationListsTheChecksInTheirOrder(t *testing.T) {
	onEach(t, func(t *testing.T, _ map[string]string, db *database.DB) {
		text, err := os.ReadFile("../../docs/operations.md")
		if err != nil {
			t.Fatal(err)
		}
		row := regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z]+(?:-[a-z]+)*)` \\| (\\w+) \\| ((?:only )?[a-z`-]+) \\| (.*?) \\|( <!--.*)?$")
		var documented, want [][]string
		for _, m := range row.FindAllStringSubmatch(string(text), -1) {
			documented = append(documented, m[1:5])
		}
		p := &program{service: testService, config: &config{}}
		for _, c := range p.subject(db).Checks() {
			when := "always"
			if c.When == check.Deploy {
				when = "only `--deploy`"
			}
			if slices.ContainsFunc(want, func(row []string) bool { return row[0] == c.ID }) {
				t.Errorf("the id %s is used twice", c.ID)
			}
			want = append(want, []string{c.ID, c.Severity.String(), when, c.Do})
		}
		if diff := cmp.Diff(want, documented); diff != "" {
			t.Errorf("docs/operations.md differs from the code (-code +documented):\n%s", diff)
		}
	})
}

func TestCheckMakesNoDatabase(t *testing.T) { // feature: sqlite
	t.Parallel()
	name := filepath.Join(t.TempDir(), "none.db")
	status, stdout, _ := command(t, map[string]string{"DATABASE_URL": "sqlite:" + name}, "", "check")
	if _, err := os.Stat(name); err == nil || status != 1 || !strings.Contains(stdout, "database.unreachable") {
		t.Errorf("exit status %d: %s", status, stdout)
	}
}

func TestHelpOfCheckHasExamplesAndExitStatuses(t *testing.T) {
	t.Parallel()
	status, stdout, _ := command(t, nil, "", "check", "--help")
	for _, part := range []string{"Examples:", "Exit status:", "--deploy", "--json", "--fail-level", "SILENCED_CHECKS="} {
		if status != 0 || !strings.Contains(stdout, part) {
			t.Errorf("exit status %d, without %s: %s", status, part, stdout)
		}
	}
}
