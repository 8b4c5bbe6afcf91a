// Package observe proves what operators look at: every query that ships finds
// something, and every graph of the console draws, while the cluster has a bad time.
//
// It meets a cluster that runs, and breaks its database for seconds at a time, so it
// only runs when OBSERVE=1 says so. It asks Prometheus, and knows no metric by name.
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

// Where the cluster of compose.yaml is; others can be named.
var (
	service    = cmp.Or(os.Getenv("OBSERVE_SERVICE"), "http://localhost:8080")
	admin      = cmp.Or(os.Getenv("OBSERVE_ADMIN"), "http://localhost:8081")
	prometheus = cmp.Or(os.Getenv("OBSERVE_PROMETHEUS"), "http://localhost:9090")
	psql       = cmp.Or(os.Getenv("OBSERVE_PSQL"), "docker compose exec -T db psql --username postgres")
)

// metrics is the folder of what is tested, and dashboards another one.
const metrics, dashboards = "../../docker/metrics", "../../docker/metrics-graph/dashboards"

// patience is how long a query may find nothing: scrapes and rules are 5 to 15 s apart.
const patience = time.Minute

func TestMain(m *testing.M) {
	status := m.Run()
	endTraffic()
	steady.Wait()
	os.Exit(status)
}

// badTime gives the service traffic of every kind, once, and goes on with some of it
// until the tests are over. It keeps when that began, and how long to have patience.
var (
	badTime = sync.OnceValue(func() error {
		begin = time.Now()
		defer func() { deadline = time.Now().Add(patience) }()
		return haveBadTime(traffic)
	})
	begin, deadline time.Time

	traffic, endTraffic = context.WithCancel(context.Background())
	steady              sync.WaitGroup
)

// needCluster skips a test without a cluster.
func needCluster(t *testing.T) {
	t.Helper()
	if os.Getenv("OBSERVE") != "1" {
		t.Skip("OBSERVE is not 1: this breaks the database of a cluster that runs")
	}
}

// need is for tests after the bad time.
func need(t *testing.T) {
	t.Helper()
	needCluster(t)
	if err := badTime(); err != nil {
		t.Fatal(err)
	}
}

var client = http.Client{Timeout: 30 * time.Second}

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

// ask reads the data of an answer of Prometheus.
func ask(path string, parameters url.Values, data any) error {
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
