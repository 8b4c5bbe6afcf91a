package app

import (
	"strings"
	"testing"

	"example.com/templatesite/internal/admin"
)

func TestLivePlotsUseExistingMetrics(t *testing.T) {
	t.Parallel()
	s := startService(t, nil)
	s.Do("GET", "/book/1", "")
	metrics := s.Do("GET", s.admin+"/metrics", "").Body
	names := admin.Plotted()
	for _, name := range names {
		if !strings.Contains(metrics, "\n# TYPE "+name+" ") {
			t.Errorf("the metrics lack %s", name)
		}
	}
	if len(names) == 0 {
		t.Error("the plots use no metrics")
	}
}
