package faults

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// metric returns the value of a metric, by its name with labels.
func metric(t *testing.T, s *service, name string) float64 {
	t.Helper()
	client := http.Client{Timeout: clientTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(s.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
