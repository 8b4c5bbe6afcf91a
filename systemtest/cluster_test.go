package systemtest

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/webtest"
)

// needCluster returns a setting that only the cluster has, and skips the test without it.
func needCluster(t *testing.T, name string) string {
	t.Helper()
	t.Parallel()
	value := os.Getenv(name)
	if value == "" {
		t.Skipf("%s is not set: this test needs the cluster", name)
	}
	return value
}

// eventually waits until found returns true, for as long as a scrape or a flush may take.
func eventually(t *testing.T, what string, found func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if found() {
			return
		}
	}
	t.Errorf("not found: %s", what)
}

func TestLogOfTheClusterContainsTheRequestID(t *testing.T) {
	name := needCluster(t, "SYSTEM_TEST_LOG")
	id := "system-test-" + rand.Text()
	webtest.At(t, baseURL).Want(http.StatusOK, "GET", "/openapi.json", "", "X-Request-ID: "+id)
	eventually(t, id, func() bool {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if strings.Contains(line, fmt.Sprintf(`id="%s"`, id)) && strings.Contains(line, "route=/openapi.json") && strings.Contains(line, "status=200") {
				return true
			}
		}
		return false
	})
}

func TestMetricsOfTheClusterCountRequestsByRoute(t *testing.T) {
	prometheus := needCluster(t, "SYSTEM_TEST_METRICS")
	const query = `sum(http_server_request_duration_seconds_count{http_route="/openapi.yaml",http_response_status_code="200"})`
	c := webtest.At(t, baseURL)
	before := ask(t, prometheus, query)
	eventually(t, query, func() bool {
		// One request per attempt, so that the number changes even if a restart resets it to 0.
		c.Want(http.StatusOK, "GET", "/openapi.yaml", "")
		return ask(t, prometheus, query) != before
	})
}

// ask returns the value of a Prometheus query, or 0 if there is none yet.
func ask(t *testing.T, prometheus, query string) float64 {
	t.Helper()
	type result struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	answer := webtest.JSON[result](t, webtest.At(t, prometheus).Want(http.StatusOK, "GET", "/api/v1/query?query="+url.QueryEscape(query), ""))
	if len(answer.Data.Result) == 0 {
		return 0
	}
	var value float64
	if _, err := fmt.Sscan(fmt.Sprint(answer.Data.Result[0].Value[1]), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
