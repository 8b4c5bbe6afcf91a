package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// changes are the operations on a model that are counted.
var changes = []string{"insert", "update", "delete"}

// Statements times the statements of the database by their names and what went
// wrong, and counts the rows of these models that were changed. The function that it
// returns is told of each statement when it is over.
func (r Registry) Statements(models []string) func(context.Context, *web.Statement) {
	duration := durations("db_client_operation_duration_seconds", "Time from the begin of a statement to the end of its rows.",
		"db_query_summary", "error_type")
	rows := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "model_operations_total", Help: "Rows that were inserted, updated and deleted.",
	}, []string{"model", "operation"})
	r.MustRegister(duration, rows)
	counters := map[[2]string]prometheus.Counter{}
	for _, model := range models {
		for _, operation := range changes {
			counters[[2]string{model, operation}] = rows.WithLabelValues(model, operation)
		}
	}
	type labels struct{ name, errorType string }
	observers := newKnown(func(l labels) prometheus.Observer {
		return duration.WithLabelValues(l.name, l.errorType)
	})
	return func(ctx context.Context, s *web.Statement) {
		var found prometheus.Labels
		if info := web.InfoFrom(ctx); leads(info) {
			found = exemplar(info)
		}
		observe(observers.of(labels{s.Name, s.ErrorType}), s.Duration, found)
		if s.Operation != "select" && s.Err == nil {
			if counter, ok := counters[[2]string{s.Table, s.Operation}]; ok {
				counter.Add(float64(s.Rows))
			}
		}
	}
}
