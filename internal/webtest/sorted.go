package webtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// WantSorted fails the test unless a list has every row once, in the order of a field, however its
// pages are visited: forwards, backwards and in descending order. The field must have values that
// are in the order of their texts, or numbers, or booleans.
func WantSorted(t testing.TB, c *Client, path, field string) {
	t.Helper()
	all := JSON[[]map[string]any](t, c.Want(http.StatusOK, "GET", path+"?sort="+field, ""))
	if len(all) < 2 || !slices.IsSortedFunc(all, func(a, b map[string]any) int {
		return cmp.Or(compare(a[field], b[field]), compare(a["id"], b["id"]))
	}) {
		t.Errorf("%s is not sorted by %s: %v", path, field, all)
	}
	var want []any
	for _, row := range all {
		want = append(want, row["id"])
	}
	forwards, last := visit(t, c, path+"?limit=1&sort="+field, "next")
	backwards, _ := visit(t, c, last, "prev")
	descending, _ := visit(t, c, path+"?limit=2&sort=-"+field, "next")
	slices.Reverse(backwards)
	slices.Reverse(descending)
	for way, got := range map[string][]any{"forwards": forwards, "backwards": backwards, "descending": descending} {
		if !slices.Equal(got, want) {
			t.Errorf("%s by %s, %s: the ids are %v, want %v", path, field, way, got, want)
		}
	}
}

// visit follows links and returns the ids of the rows, and where the last page is.
func visit(t testing.TB, c *Client, target, relation string) (ids []any, last string) {
	t.Helper()
	for target != "" {
		page := c.Want(http.StatusOK, "GET", target, "")
		rows := JSON[[]map[string]any](t, page)
		for _, row := range rows {
			ids = append(ids, row["id"])
		}
		last, target = target, Linked(page, relation)
	}
	return ids, last
}

// Linked returns the path and query of the link with that relation in the header of a page, or "".
func Linked(page Response, relation string) string {
	for link := range strings.SplitSeq(page.Header.Get("Link"), ", ") {
		address, ok := strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="`+relation+`"`)
		if target, err := url.Parse(address); ok && err == nil {
			return target.RequestURI()
		}
	}
	return ""
}

// compare orders values of JSON: null before all, and false before true.
func compare(a, b any) int {
	if x, ok := a.(float64); ok {
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y)
		}
	}
	return strings.Compare(sortable(a), sortable(b))
}

func sortable(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
