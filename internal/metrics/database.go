package metrics

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/templatesite/internal/web"
)

// The statistics of database/sql.
var (
	connections = prometheus.NewDesc("db_client_connection_count", "Connections that are open.", []string{"db_client_connection_state"}, nil)
	maximum     = prometheus.NewDesc("db_client_connection_max", "Connections that may be open at once.", nil, nil)
	waits       = prometheus.NewDesc("db_client_connection_waits_total", "Waits for a connection.", nil, nil)
	waited      = prometheus.NewDesc("db_client_connection_wait_seconds_total", "Time spent waiting for a connection.", nil, nil)
)

// pool collects the statistics of the connection pools.
type pool struct{ db web.DB }

// Database registers the metrics of the connections of db, and of its migrations. Each scrape
// calls status; after an error it leaves out the migrations.
func (r Registry) Database(db web.DB, status func() (applied, pending int, err error)) {
	r.MustRegister(pool{db})
	r.onScrape.MustRegister(migrations{status})
}

func (p pool) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(p, out) }

func (p pool) Collect(out chan<- prometheus.Metric) {
	stats := p.db.Stats()
	if p.db.Write != p.db.DB {
		stats = sum(stats, p.db.Write.Stats())
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(connections, float64(stats.InUse), "used")
	gauge(connections, float64(stats.Idle), "idle")
	gauge(maximum, float64(stats.MaxOpenConnections))
	out <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(stats.WaitCount))
	out <- prometheus.MustNewConstMetric(waited, prometheus.CounterValue, stats.WaitDuration.Seconds())
}

func sum(a, b sql.DBStats) sql.DBStats {
	return sql.DBStats{
		InUse: a.InUse + b.InUse, Idle: a.Idle + b.Idle, MaxOpenConnections: a.MaxOpenConnections + b.MaxOpenConnections,
		WaitCount: a.WaitCount + b.WaitCount, WaitDuration: a.WaitDuration + b.WaitDuration,
	}
}

var (
	appliedDesc = prometheus.NewDesc("migrations_applied", "Migrations that the database has.", nil, nil)
	pendingDesc = prometheus.NewDesc("migrations_pending", "Migrations that the database lacks: run app migrate.", nil, nil)
)

// migrations collects the counts of applied and pending migrations.
type migrations struct {
	status func() (applied, pending int, err error)
}

func (m migrations) Describe(out chan<- *prometheus.Desc) {
	out <- appliedDesc
	out <- pendingDesc
}

// Collect sends nothing while the database does not answer.
func (m migrations) Collect(out chan<- prometheus.Metric) {
	applied, pending, err := m.status()
	if err != nil {
		return
	}
	out <- prometheus.MustNewConstMetric(appliedDesc, prometheus.GaugeValue, float64(applied))
	out <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(pending))
}
