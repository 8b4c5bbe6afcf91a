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
	all := slices.Concat(rules, fromConsoles(t), fromDashboards(t))
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

// finds returns no error when each selector of the query has found something since the
// bad time began, so that nothing misspelt hides behind an or, and when the query finds
// something: now, whatever its thresholds are, or with them at any moment of that time.
func finds(text string) error {
	var tree any
	if err := ask("parse_query", url.Values{"query": {text}}, &tree); err != nil {
		return err
	}
	since := fmt.Sprintf("[%ds]", int(time.Since(begin).Seconds())+1)
	for _, selector := range selectors(tree) {
		if err := series("last_over_time(" + selector + since + ")"); err != nil {
			return fmt.Errorf("%s: %w", selector, err)
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

// selectors returns what a parsed query asks the storage for.
func selectors(tree any) (found []string) {
	switch node := tree.(type) {
	case []any:
		for _, child := range node {
			found = append(found, selectors(child)...)
		}
	case map[string]any:
		if matchers, ok := node["matchers"].([]any); ok {
			return []string{selector(matchers)}
		}
		for _, child := range node {
			found = append(found, selectors(child)...)
		}
	}
	return found
}

func selector(matchers []any) string {
	var terms []string
	for _, m := range matchers {
		if matcher, ok := m.(map[string]any); ok {
			terms = append(terms, fmt.Sprintf("%v%v%q", matcher["name"], matcher["type"], matcher["value"]))
		}
	}
	return "{" + strings.Join(terms, ", ") + "}"
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
