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
)

// needCluster returns the value of a setting that only the cluster has.
func needCluster(t *testing.T, name string) string {
	t.Helper()
	t.Parallel()
	value := os.Getenv(name)
	if value == "" {
		t.Skipf("%s is not set: there is no cluster", name)
	}
	return value
}

// eventually tries until found, for as long as a scrape or a flush may take.
func eventually(t *testing.T, what string, found func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if found() {
			return
		}
	}
	t.Errorf("not found: %s", what)
}

func TestRequestIsFoundInTheLogByItsID(t *testing.T) {
	name := needCluster(t, "SYSTEM_TEST_LOG")
	id := "system-test-" + rand.Text()
	get(t, baseURL+"/tweet/", http.StatusOK, nil, "X-Request-ID: "+id)
	eventually(t, id, func() bool {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if strings.Contains(line, fmt.Sprintf(`id="%s"`, id)) && strings.Contains(line, "route=/tweet/") && strings.Contains(line, "status=200") {
				return true
			}
		}
		return false
	})
}

func TestRequestIsFoundInTheMetricsByItsRoute(t *testing.T) {
	prometheus := needCluster(t, "SYSTEM_TEST_METRICS")
	const query = `sum(http_server_request_duration_seconds_count{http_route="/openapi.yaml",http_response_status_code="200"})`
	before := ask(t, prometheus, query)
	eventually(t, query, func() bool {
		// Asked each time, so that the number changes also after a restart from 0.
		get(t, baseURL+"/openapi.yaml", http.StatusOK, nil)
		return ask(t, prometheus, query) != before
	})
}

// ask returns the value of a query, 0 when there is none yet.
func ask(t *testing.T, prometheus, query string) float64 {
	t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	get(t, prometheus+"/api/v1/query?query="+url.QueryEscape(query), http.StatusOK, &answer)
	if len(answer.Data.Result) == 0 {
		return 0
	}
	var value float64
	if _, err := fmt.Sscan(fmt.Sprint(answer.Data.Result[0].Value[1]), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
