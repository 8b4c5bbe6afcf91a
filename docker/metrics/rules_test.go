// Package metrics_test checks that every rule of Prometheus has a test, and every alert a
// section in the runbook. It does not run the rules: .ci/rules does, with promtool.
package metrics_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// published is the URL of the runbook in the links of alerts.
const published = "https://example.com/templatesite/blob/main/docs/operations.md"

// rule is a recording or an alerting rule.
type rule struct {
	Record, Alert       string
	Labels, Annotations map[string]string
}

// ruleTest is a group of promtool's tests: series, and the alerts and values expected of them.
type ruleTest struct {
	Alerts []struct {
		Name   string `yaml:"alertname"`
		At     string `yaml:"eval_time"`
		Firing []any  `yaml:"exp_alerts"`
	} `yaml:"alert_rule_test"`
	Queries []struct {
		Expr  string
		Found []any `yaml:"exp_samples"`
	} `yaml:"promql_expr_test"`
}

func TestEveryAlertIsTestedBeforeDuringAndAfterAnOutage(t *testing.T) {
	t.Parallel()
	tests := ruleTests(t)
	for _, alert := range alerts(t) {
		if !slices.ContainsFunc(tests, func(test ruleTest) bool { return firesAndResolves(t, test, alert.Alert) }) {
			t.Errorf("in no test is %s silent, firing and silent again", alert.Alert)
		}
	}
}

// firesAndResolves reports whether the alert is silent, fires and is silent again in one test.
func firesAndResolves(t *testing.T, test ruleTest, alert string) bool {
	t.Helper()
	fires := map[time.Duration]bool{}
	var times []time.Duration
	for _, a := range test.Alerts {
		at, err := time.ParseDuration(a.At)
		if err != nil {
			t.Fatal(err)
		}
		if a.Name == alert {
			fires[at] = len(a.Firing) > 0
			times = append(times, at)
		}
	}
	slices.Sort(times)
	var seen string
	for _, at := range times {
		seen += map[bool]string{true: "fires ", false: "silent "}[fires[at]]
	}
	return strings.Contains(seen, "silent fires silent")
}

func TestEveryRecordingRuleIsTested(t *testing.T) {
	t.Parallel()
	tests := ruleTests(t)
	for _, r := range rules(t) {
		name := regexp.MustCompile(`(^|[^\w:])` + regexp.QuoteMeta(r.Record) + `($|[^\w:])`)
		expected := func(test ruleTest) bool {
			for _, query := range test.Queries {
				if len(query.Found) > 0 && name.MatchString(query.Expr) {
					return true
				}
			}
			return false
		}
		if r.Record != "" && !slices.ContainsFunc(tests, expected) {
			t.Errorf("no test expects a value of %s", r.Record)
		}
	}
}

func TestEveryAlertHasASectionInTheRunbook(t *testing.T) {
	t.Parallel()
	overview, sections := runbook(t)
	for _, a := range alerts(t) {
		anchor := "#" + strings.ToLower(a.Alert)
		severity := a.Labels["severity"]
		if severity != "page" && severity != "ticket" {
			t.Errorf("%s: severity is %q", a.Alert, severity)
		}
		if a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s has no summary or no description", a.Alert)
		}
		if link := a.Annotations["runbook_url"]; link != published+anchor {
			t.Errorf("%s links to %q, want %s", a.Alert, link, published+anchor)
		}
		if row := "| [" + a.Alert + "](" + anchor + ") | " + severity + " |"; !strings.Contains(overview, row) {
			t.Errorf("the overview of the runbook has no row %s", row)
		}
		for _, part := range []string{"**It means**", "**Look**", "**Do**"} {
			if !strings.Contains(sections[a.Alert], part) {
				t.Errorf("the section %s of the runbook has no %s", a.Alert, part)
			}
		}
		delete(sections, a.Alert)
	}
	for name := range sections {
		t.Errorf("the runbook has a section %q, but there is no such alert", name)
	}
}

// runbook returns the part of the runbook about alerts: its introduction, and the sections
// by name.
func runbook(t *testing.T) (overview string, sections map[string]string) {
	t.Helper()
	_, page, _ := strings.Cut(read(t, "../../docs/operations.md"), "\n## The alerts\n")
	page, _, _ = strings.Cut(page, "\n## ")
	overview, page, _ = strings.Cut(page, "\n### ")
	sections = map[string]string{}
	for section := range strings.SplitSeq(page, "\n### ") {
		name, text, _ := strings.Cut(section, "\n")
		sections[name] = text
	}
	return overview, sections
}

// rules returns the rules that Prometheus loads.
func rules(t *testing.T) []rule {
	t.Helper()
	var config struct {
		RuleFiles []string `yaml:"rule_files"`
	}
	decode(t, "prometheus.yml", &config)
	var all []rule
	for _, name := range config.RuleFiles {
		var file struct{ Groups []struct{ Rules []rule } }
		decode(t, name, &file)
		for _, group := range file.Groups {
			all = append(all, group.Rules...)
		}
	}
	if len(all) == 0 {
		t.Fatal("there are no rules")
	}
	return all
}

func alerts(t *testing.T) []rule {
	t.Helper()
	return slices.DeleteFunc(rules(t), func(r rule) bool { return r.Alert == "" })
}

func ruleTests(t *testing.T) []ruleTest {
	t.Helper()
	names, err := filepath.Glob("tests/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var all []ruleTest
	for _, name := range names {
		var file struct{ Tests []ruleTest }
		decode(t, name, &file)
		all = append(all, file.Tests...)
	}
	return all
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
