package metrics_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDeploymentMarkerOfEveryDashboardIsTested(t *testing.T) {
	t.Parallel()
	var tested []string
	for _, test := range ruleTests(t) {
		for _, query := range test.Queries {
			tested = append(tested, query.Expr)
		}
	}
	dashboards, err := filepath.Glob("../metrics-graph/dashboards/*.json")
	if err != nil || len(dashboards) == 0 {
		t.Fatal("there are no dashboards: ", err)
	}
	for _, name := range dashboards {
		var dashboard struct {
			Annotations struct {
				List []struct{ Target struct{ Expr string } }
			}
		}
		if err := json.Unmarshal([]byte(read(t, name)), &dashboard); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, mark := range dashboard.Annotations.List {
			expr := strings.NewReplacer("$job", "server", "$__rate_interval", "1m").Replace(mark.Target.Expr)
			if !slices.Contains(tested, expr) {
				t.Errorf("%s: no test covers this query: %s", name, expr)
			}
		}
	}
}
