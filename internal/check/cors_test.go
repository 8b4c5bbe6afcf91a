package check_test

import (
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	origins := func(all ...string) func(*testing.T, *check.Subject) {
		return func(_ *testing.T, s *check.Subject) { s.Origins = all }
	}
	cases = append(cases, tested{"origins.plain", origins("https://a.test", "http://b.test"), origins("https://a.test")})
}

func TestOriginsAreCheckedOnlyIfThereAreAny(t *testing.T) {
	t.Parallel()
	if r := look(t, healthy(t), "origins.plain"); r.Status != check.DoesNotApply {
		t.Errorf("%+v", r)
	}
}
