package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"example.com/templatesite/internal/webtest"
)

// compareRows compares the rows of a service with the posts of the loads. It returns the number of
// acknowledged rows, how many of these are lost, and how many texts are stored more than once.
func compareRows(t *testing.T, url string, loads ...*load) (acked, lost, duplicated int) {
	t.Helper()
	byID, copies := map[int64]string{}, map[string]int{}
	for after, more := int64(0), true; more; {
		var page []map[string]any
		getJSON(t, fmt.Sprintf("%s?limit=1000&after=%d", collection(url), after), &page)
		for _, row := range page {
			id, text := int64(row["id"].(float64)), row[target.Text].(string)
			byID[id] = text
			copies[text]++
			after = id
		}
		more = len(page) > 0
	}
	for _, l := range loads {
		for id, text := range l.acked {
			acked++
			if byID[id] != text {
				lost++
			}
		}
		for _, text := range l.sent {
			if copies[text] > 1 {
				duplicated++
			}
		}
	}
	return acked, lost, duplicated
}

// getJSON decodes the response of a URL into value. It fails the test if the status is not 200.
func getJSON(t *testing.T, url string, value any) {
	t.Helper()
	response := webtest.At(t, url).Want(http.StatusOK, "GET", url, "")
	if err := json.Unmarshal([]byte(response.Body), value); err != nil {
		t.Fatal(err)
	}
}
