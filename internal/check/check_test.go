package check_test

import (
	"context"
	"errors"
	"math"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/templatesite/internal/check"
)

// tested is one way to make a check find something, and one to satisfy it. Both change a subject
// that is all right.
type tested struct {
	id            string
	found, passed func(t *testing.T, s *check.Subject)
}

// cases are what the tests in this package try, at least one for each check.
var cases []tested

// healthy returns a subject in which no check finds anything.
func healthy(t *testing.T) *check.Subject {
	return &check.Subject{
		Hosts: []string{"server"}, RequestTimeout: 10 * time.Second, MaxBodyBytes: 1 << 20, Version: "v1.0.0", Commit: "1234567",
		Root: root(t, nil), MemoryLimit: 128 << 20, Dial: (&net.Dialer{}).DialContext, Now: time.Now,
		Reach: func(context.Context) error { return nil },
		Count: func(context.Context) (int, int, error) { return 0, 0, nil },
	}
}

// keep is a change of a subject that changes nothing.
func keep(*testing.T, *check.Subject) {}

// having returns a change that gives a subject a part.
func having(part check.Part) func(*testing.T, *check.Subject) {
	return func(_ *testing.T, s *check.Subject) { s.Parts = []check.Part{part} }
}

// look runs the checks, and returns the result of one.
func look(t *testing.T, s *check.Subject, id string) check.Result {
	t.Helper()
	report := check.Run(t.Context(), s, true)
	i := slices.IndexFunc(report, func(r check.Result) bool { return r.ID == id })
	if i < 0 {
		t.Fatalf("there is no check %s", id)
	}
	return report[i]
}

func TestEveryCheckFindsWhatIsWrongAndIsSilentOtherwise(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		for want, change := range map[check.Status]func(*testing.T, *check.Subject){check.Found: c.found, check.Passed: c.passed} {
			t.Run(c.id+" "+string(want), func(t *testing.T) {
				t.Parallel()
				s := healthy(t)
				change(t, s)
				if r := look(t, s, c.id); r.Status != want {
					t.Errorf("%s: %q, want %s", r.Status, r.Wrong, want)
				} else if want == check.Found && (r.Wrong == "" || r.Do == "") {
					t.Errorf("it does not say what is wrong, or what to do: %+v", r)
				}
			})
		}
	}
}

func TestEveryCheckIsTested(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, c := range cases {
		ids[c.id] = true
	}
	// A test of internal/app holds that every check of the program is documented.
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z-]+)` \\| (?:error|warning|info) \\|").FindAllStringSubmatch(string(text), -1) {
		documented[row[1]] = true
	}
	if diff := cmp.Diff(documented, ids); diff != "" {
		t.Errorf("the tested checks differ from those in docs/operations.md (-documented +tested):\n%s", diff)
	}
}

func TestNothingIsFoundWhereAllIsRight(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	s.Silences, _ = check.ParseSilences("https.unseen=no network here; proxies.none=no proxy here")
	if report := check.Run(t.Context(), s, true); report.Count(check.Info) != 0 {
		t.Errorf("%+v", report)
	}
}

func TestWhatCannotBeToldIsUnknown(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	s.Root = os.DirFS(t.TempDir()) // as on a system that is not Linux
	for _, id := range []string{"process.root", "process.capabilities", "process.privileges", "process.writable-root", "memory.unlimited", "descriptors.few"} {
		if r := look(t, s, id); r.Status != check.Unknown || r.Wrong == "" {
			t.Errorf("%s: %+v", id, r)
		}
	}
	s.MemoryLimit = math.MaxInt64
	if r := look(t, s, "memory.bodies"); r.Status != check.Unknown {
		t.Errorf("the memory is known: %+v", r)
	}
	s.Reach = func(context.Context) error { return errors.New("it is away") }
	report := check.Run(t.Context(), s, false)
	for _, r := range report {
		if r.ID == "migrations.pending" && r.Status != check.Unknown {
			t.Errorf("without a database: %+v", r)
		}
	}
	if report.Count(check.Warning) != 1 || report.Count(check.Info) < 3 {
		t.Errorf("what is unknown must count as info: %+v", report)
	}
}

func TestCheckThatHangsIsUnknownAfterSeconds(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	hangs := make(chan struct{})
	defer close(hangs)
	s.Reach = func(context.Context) error { <-hangs; return nil } // it ignores its context
	begin := time.Now()
	r := look(t, s, "database.unreachable")
	if took := time.Since(begin); r.Status != check.Unknown || took > 8*time.Second {
		t.Errorf("after %v: %+v", took, r)
	}
}

func TestFindingIsSilencedByItsIDWithAReason(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]check.Status{
		"hosts.any=a proxy checks it":                                          check.Silenced,
		"log.debug = x ;\n hosts.any = a proxy checks it # until spring ; x=y": check.Silenced,
		"hosts.any=":       check.Found,
		"hosts.any":        check.Found,
		"hosts=the reason": check.Found,
	} {
		s := healthy(t)
		s.Hosts = []string{"*"}
		s.Silences, _ = check.ParseSilences(text)
		r := look(t, s, "hosts.any")
		if r.Status != want || want == check.Silenced && r.Reason != "a proxy checks it" {
			t.Errorf("%q: %+v", text, r)
		}
		wrong := look(t, s, "settings.silences").Status == check.Found
		if wrong == (want == check.Silenced) {
			t.Errorf("%q: the silence is reported: %v", text, wrong)
		}
		if again, _ := check.ParseSilences(s.Silences.String()); !slices.Equal(again, s.Silences) {
			t.Errorf("%q is written as %q", text, s.Silences)
		}
	}
}

func TestTableHasSeveritiesInOrderAndEscapesWhatATerminalInterprets(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	s.Hosts, s.LogLevel, s.Version = []string{"*"}, -4, "dev"
	s.Misspelt = []string{"\x1b[2J looks like a misspelt setting"}
	s.Silences, _ = check.ParseSilences("proxies.none=none here")
	report := check.Run(t.Context(), s, true)
	for _, colored := range []bool{false, true} {
		var text strings.Builder
		if err := report.Print(&text, colored); err != nil {
			t.Fatal(err)
		}
		last := -1
		for _, part := range []string{"ERROR", "hosts.any", "WARNING", "settings.misspelt", "log.debug", "INFO", "version.unknown", "SILENCED", "proxies.none", "none here", "checks: error 1,"} {
			at := strings.Index(text.String(), part)
			if at <= last {
				t.Errorf("%s is not where it should be:\n%s", part, text.String())
			}
			last = at
		}
		if strings.Contains(text.String(), "\x1b[2J") || strings.Contains(text.String(), "\x1b[") != colored {
			t.Errorf("colored %v: %q", colored, text.String())
		}
	}
}
