package observe

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryQueryFindsSomething(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	rules := fromRules(t)
	all := slices.Concat(rules, fromConsoles(t), fromDashboards(t), fromRunbook(t))
	t.Logf("%d queries", len(all))
	limit := make(chan struct{}, 4)
	for _, q := range all {
		t.Run(q.source, func(t *testing.T) {
			t.Parallel()
			limit <- struct{}{}
			defer func() { <-limit }()
			if err := eventually(q.text); err != nil {
				t.Errorf("%s: %v", q.text, err)
			}
		})
	}
}

// eventually repeats a query until it finds something. It returns the last error at the deadline.
func eventually(text string) (err error) {
	for ; ; time.Sleep(time.Second) {
		if err = finds(text); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// thirdParty matches metrics of Go, the process and the Prometheus library. Not all are shown.
var thirdParty = regexp.MustCompile("^(go|process|promhttp)_")

func TestEveryMetricIsOnTheConsoleAndOnADashboard(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	var metrics []struct{ Metric string }
	if err := queryAPI("targets/metadata", url.Values{"match_target": {`{job="server"}`}}, &metrics); err != nil || len(metrics) == 0 {
		t.Fatalf("%d metrics, %v", len(metrics), err)
	}
	pages := map[string][]query{"the console": fromConsoles(t), "a dashboard": fromDashboards(t)}
	for _, m := range metrics {
		if thirdParty.MatchString(m.Metric) {
			continue
		}
		name := regexp.MustCompile(`\b` + m.Metric + `(_bucket|_count|_sum|_total)?\b`)
		for page, queries := range pages {
			if !slices.ContainsFunc(queries, func(q query) bool { return name.MatchString(q.text) }) {
				t.Errorf("%s is not on %s", m.Metric, page)
			}
		}
	}
}

func TestExemplarsAndNativeHistogramsAreKept(t *testing.T) {
	t.Parallel()
	requireOutages(t)
	for _, name := range []string{"http_server_request_duration_seconds", "db_client_operation_duration_seconds"} {
		if err := findSeries("histogram_count(" + name + ")"); err != nil {
			t.Errorf("%s has no native histograms: %v", name, err)
		}
		var found []struct{ Exemplars []json.RawMessage }
		since := url.Values{"query": {name + "_bucket"}, "start": {begin.Format(time.RFC3339)}, "end": {time.Now().Format(time.RFC3339)}}
		if err := queryAPI("query_exemplars", since, &found); err != nil || len(found) == 0 {
			t.Errorf("%s has no exemplars: %v", name, err)
		}
	}
}

// testedElsewhere are metrics that the outages do not increase, and the packages that test them.
var testedElsewhere = map[string]string{
	"admin_wrong_tokens_total":  "internal/app",
	"panics_total":              "internal/app",
	"log_records_dropped_total": "lab/faults",
}

// finds returns an error unless the query finds something: now without its thresholds, or with them
// at any time since the outages began. Each selector by itself must also have matched a series with
// a value above 0 in that time, so that an "or" hides no misspelt name.
func finds(text string) error {
	var tree any
	if err := queryAPI("parse_query", url.Values{"query": {text}}, &tree); err != nil {
		return err
	}
	since := fmt.Sprintf("[%ds]", int(time.Since(begin).Seconds())+1)
	for _, s := range selectors(tree) {
		maximum := "max_over_time(" + s.text + since + ")"
		if testedElsewhere[s.name] == "" {
			maximum += " > 0"
		}
		if err := findSeries(maximum); err != nil {
			return fmt.Errorf("%s: %w", maximum, err)
		}
	}
	for _, g := range groupings(tree) {
		var alternatives []string
		for _, s := range g {
			alternatives = append(alternatives, "last_over_time("+s.text+since+")")
		}
		if err := findSeries(strings.Join(alternatives, " or ")); err != nil {
			return fmt.Errorf("no series has the label that the query groups by: %q: %w", alternatives, err)
		}
	}
	if findSeries(withoutThresholds(text)) == nil {
		return nil
	}
	return findSeries("last_over_time((" + text + ")" + strings.TrimSuffix(since, "]") + ":5s])")
}

// findSeries returns an error unless the query returns a series.
func findSeries(text string) error {
	var found struct{ Result []json.RawMessage }
	if err := queryAPI("query", url.Values{"query": {text}}, &found); err != nil {
		return err
	}
	if len(found.Result) == 0 {
		return errors.New("no series")
	}
	return nil
}

// selector is a vector selector of a query, and the name of its metric.
type selector struct{ name, text string }

// selectors returns the selectors of a parsed query, each extended with more matchers.
func selectors(tree any, more ...string) (found []selector) {
	eachNode(tree, func(node map[string]any) {
		matchers, ok := node["matchers"].([]any)
		if !ok {
			return
		}
		name, terms := "", more
		for _, m := range matchers {
			if matcher, ok := m.(map[string]any); ok {
				terms = append(terms, fmt.Sprintf("%v%v%q", matcher["name"], matcher["type"], matcher["value"]))
				if matcher["name"] == "__name__" {
					name, _ = matcher["value"].(string)
				}
			}
		}
		found = append(found, selector{name, "{" + strings.Join(terms, ", ") + "}"})
	})
	return found
}

// groupings returns, for each label that a parsed query groups by, the selectors limited to series
// with this label. It skips labels that the query itself creates.
func groupings(tree any) (found [][]selector) {
	eachNode(tree, func(node map[string]any) {
		labels, _ := node["grouping"].([]any)
		var created []any
		eachNode(node["expr"], func(inner map[string]any) { created = append(created, inner["val"]) })
		for _, label := range labels {
			if slices.Contains(created, label) {
				continue
			}
			found = append(found, selectors(node["expr"], fmt.Sprintf(`%v!=""`, label)))
		}
	})
	return found
}

// eachNode calls f with each node of a parsed query.
func eachNode(tree any, f func(node map[string]any)) {
	switch node := tree.(type) {
	case []any:
		for _, child := range node {
			eachNode(child, f)
		}
	case map[string]any:
		f(node)
		for _, child := range node {
			eachNode(child, f)
		}
	}
}

var comparison = regexp.MustCompile("\\{[^}]*\\}|\"[^\"]*\"|(?:==|!=|>=|<=|>|<)")

// withoutThresholds returns the query with comparisons that filter out no series.
func withoutThresholds(text string) string {
	return comparison.ReplaceAllStringFunc(text, func(part string) string {
		if strings.HasPrefix(part, "{") || strings.HasPrefix(part, `"`) {
			return part
		}
		return part + " bool "
	})
}
