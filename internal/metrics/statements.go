package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// changes are the operations that are counted for each model.
var changes = []string{"insert", "update", "delete"}

// Statements registers the duration of database statements by name and type of error, and the
// count of changed rows of these models. The caller calls the returned function when a
// statement has ended.
func (r Registry) Statements(models []string) func(context.Context, *web.Statement) {
	duration := durations("db_client_operation_duration_seconds", "Time from the start of the statement to the end of its rows.",
		"db_query_summary", "error_type")
	rows := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "model_operations_total", Help: "Rows inserted, updated and deleted by statements, without those that are deleted with another row.",
	}, []string{"model", "operation"})
	r.MustRegister(duration, rows)
	counters := map[[2]string]prometheus.Counter{}
	for _, model := range models {
		for _, operation := range changes {
			counters[[2]string{model, operation}] = rows.WithLabelValues(model, operation)
		}
	}
	type labels struct{ name, errorType string }
	observers := web.NewCache(maxSeries, func(l labels) prometheus.Observer {
		return duration.WithLabelValues(l.name, l.errorType)
	})
	return func(ctx context.Context, s *web.Statement) {
		var exemplar prometheus.Labels
		if label, id, known := exemplarID(web.InfoFrom(ctx)); known {
			exemplar = prometheus.Labels{label: id}
		}
		observe(observers.Get(labels{s.Name, s.ErrorType}), s.Duration, exemplar)
		if s.Operation != "select" && s.Err == nil {
			if counter, ok := counters[[2]string{s.Table, s.Operation}]; ok {
				counter.Add(float64(s.Rows))
			}
		}
	}
}
