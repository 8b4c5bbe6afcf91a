// Package observe tests the queries and pages for operators during outages of the database: every
// query in rules, dashboards and the runbook finds something, and every graph of the console draws.
//
// It needs a running cluster and breaks its database for seconds at a time, so it runs only with
// OBSERVE=1. It finds the queries and metrics by itself, in the files and in Prometheus.
package observe

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// Addresses of the cluster. The defaults are those of compose.yaml.
var (
	service    = cmp.Or(os.Getenv("OBSERVE_SERVICE"), "http://localhost:8080")
	admin      = cmp.Or(os.Getenv("OBSERVE_ADMIN"), "http://localhost:8081")
	prometheus = cmp.Or(os.Getenv("OBSERVE_PROMETHEUS"), "http://localhost:9090")
	psql       = cmp.Or(os.Getenv("OBSERVE_PSQL"), "docker compose exec -T db psql --username postgres")
)

// Folders with the rules and consoles, and with the dashboards.
const metrics, dashboards = "../../docker/metrics", "../../docker/metrics-graph/dashboards"

// maxWait is the time in which a query has to find something: scrapes and rules run every 5 to 15 s.
const maxWait = time.Minute

func TestMain(m *testing.M) {
	status := m.Run()
	endTraffic()
	background.Wait()
	os.Exit(status)
}

// simulateOutages runs once: it starts traffic of every kind, which continues until the tests end,
// and breaks the database in several ways. It sets begin to its start, and deadline to the time by
// which every query has to find something.
var (
	simulateOutages = sync.OnceValue(func() error {
		begin = time.Now()
		defer func() { deadline = time.Now().Add(maxWait) }()
		return breakDatabase(traffic)
	})
	begin, deadline time.Time

	traffic, endTraffic = context.WithCancel(context.Background())
	background          sync.WaitGroup
)

// requireCluster skips the test unless OBSERVE is 1.
func requireCluster(t *testing.T) {
	t.Helper()
	if os.Getenv("OBSERVE") != "1" {
		t.Skip("OBSERVE is not 1: the test breaks the database of the running cluster")
	}
}

// requireOutages makes sure that the outages are over when the test begins.
func requireOutages(t *testing.T) {
	t.Helper()
	requireCluster(t)
	if err := simulateOutages(); err != nil {
		t.Fatal(err)
	}
}

var client = http.Client{Timeout: 30 * time.Second, Transport: http.DefaultTransport}

// sql runs statements in the service's database, as its superuser.
func sql(ctx context.Context, statements string) error {
	command := append(strings.Fields(psql), "--quiet", "--set", "ON_ERROR_STOP=1")
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	run.Stdin = strings.NewReader(statements)
	if output, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", statements, err, output)
	}
	return nil
}

// queryAPI requests a path of Prometheus's HTTP API and decodes the data of the response.
func queryAPI(path string, parameters url.Values, data any) error {
	response, err := client.Get(prometheus + "/api/v1/" + path + "?" + parameters.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s", answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}
