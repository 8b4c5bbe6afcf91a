package check_test

import (
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	cases = append(cases, tested{"origins.plain", having(check.Origins{"https://a.test", "http://b.test"}), having(check.Origins{"https://a.test"})})
}

func TestOriginsAreCheckedOnlyIfThereAreAny(t *testing.T) {
	t.Parallel()
	s := healthy(t)
	having(check.Origins{})(t, s)
	if r := look(t, s, "origins.plain"); r.Status != check.DoesNotApply {
		t.Errorf("%+v", r)
	}
}
