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
	need(t)
	rules := fromRules(t)
	all := slices.Concat(rules, fromConsoles(t), fromDashboards(t), fromRunbook(t))
	t.Logf("%d queries", len(all))
	gate := make(chan struct{}, 4)
	for _, q := range all {
		t.Run(q.where, func(t *testing.T) {
			t.Parallel()
			gate <- struct{}{}
			defer func() { <-gate }()
			if err := eventually(q.text); err != nil {
				t.Errorf("%s: %v", q.text, err)
			}
		})
	}
}

// eventually asks until the query finds something, or says why it does not.
func eventually(text string) (err error) {
	for ; ; time.Sleep(time.Second) {
		if err = finds(text); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// What Go, the system and Prometheus's library tell is more than one looks at.
var notOurs = regexp.MustCompile("^(go|process|promhttp)_")

func TestEveryMetricIsOnTheConsoleAndOnADashboard(t *testing.T) {
	t.Parallel()
	need(t)
	var metrics []struct{ Metric string }
	if err := ask("targets/metadata", url.Values{"match_target": {`{job="server"}`}}, &metrics); err != nil || len(metrics) == 0 {
		t.Fatalf("%d metrics, %v", len(metrics), err)
	}
	pages := map[string][]query{"the console": fromConsoles(t), "a dashboard": fromDashboards(t)}
	for _, m := range metrics {
		if notOurs.MatchString(m.Metric) {
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
	need(t)
	for _, name := range []string{"http_server_request_duration_seconds", "db_client_operation_duration_seconds"} {
		if err := series("histogram_count(" + name + ")"); err != nil {
			t.Errorf("%s has no native histograms: %v", name, err)
		}
		var found []struct{ Exemplars []json.RawMessage }
		since := url.Values{"query": {name + "_bucket"}, "start": {begin.Format(time.RFC3339)}, "end": {time.Now().Format(time.RFC3339)}}
		if err := ask("query_exemplars", since, &found); err != nil || len(found) == 0 {
			t.Errorf("%s has no exemplars: %v", name, err)
		}
	}
}

// still are what a bad time cannot move, and where it is tested that they move.
var still = map[string]string{
	"admin_wrong_tokens_total":  "internal/app",
	"panics_total":              "internal/app",
	"log_records_dropped_total": "lab/faults",
}

// finds returns no error when each selector of the query has found something since the
// bad time began, so that nothing misspelt hides behind an or, and something that moved;
// and when the query finds something: now, whatever its thresholds are, or with them at
// any moment of that time.
func finds(text string) error {
	var tree any
	if err := ask("parse_query", url.Values{"query": {text}}, &tree); err != nil {
		return err
	}
	since := fmt.Sprintf("[%ds]", int(time.Since(begin).Seconds())+1)
	for _, s := range selectors(tree) {
		over := "max_over_time(" + s.text + since + ")"
		if still[s.name] == "" {
			over += " > 0"
		}
		if err := series(over); err != nil {
			return fmt.Errorf("%s: %w", over, err)
		}
	}
	for _, g := range groupings(tree) {
		var either []string
		for _, s := range g {
			either = append(either, "last_over_time("+s.text+since+")")
		}
		if err := series(strings.Join(either, " or ")); err != nil {
			return fmt.Errorf("nothing has the label it is grouped by: %q: %w", either, err)
		}
	}
	if series(withoutThresholds(text)) == nil {
		return nil
	}
	return series("last_over_time((" + text + ")" + strings.TrimSuffix(since, "]") + ":5s])")
}

// series returns an error unless a query finds a series.
func series(text string) error {
	var found struct{ Result []json.RawMessage }
	if err := ask("query", url.Values{"query": {text}}, &found); err != nil {
		return err
	}
	if len(found.Result) == 0 {
		return errors.New("no series")
	}
	return nil
}

// selector is what a query asks the storage for.
type selector struct{ name, text string }

// selectors returns those of a parsed query, each with more matchers.
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

// groupings returns, for each label that a parsed query groups by, what asks for those
// that have it: but for labels that the query makes itself.
func groupings(tree any) (found [][]selector) {
	eachNode(tree, func(node map[string]any) {
		labels, _ := node["grouping"].([]any)
		var made []any
		eachNode(node["expr"], func(inner map[string]any) { made = append(made, inner["val"]) })
		for _, label := range labels {
			if slices.Contains(made, label) {
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

// withoutThresholds lets a query answer also what its comparisons would leave out.
func withoutThresholds(text string) string {
	return comparison.ReplaceAllStringFunc(text, func(part string) string {
		if strings.HasPrefix(part, "{") || strings.HasPrefix(part, `"`) {
			return part
		}
		return part + " bool "
	})
}
