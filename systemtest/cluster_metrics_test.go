package systemtest

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"example.com/templatesite/internal/webtest"
)

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
