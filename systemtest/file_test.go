package systemtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

func TestConcurrentFirstStartsOnOneFileAllServe(t *testing.T) {
	needBinary(t)
	database := "sqlite:" + filepath.Join(t.TempDir(), "shared.db")
	services := make([]*processtest.Process, 4)
	var group sync.WaitGroup
	for i := range services {
		group.Go(func() {
			var err error
			if services[i], err = start(database, t.Output()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, p := range services {
		if p != nil {
			t.Cleanup(p.Kill)
		}
	}
	if t.Failed() {
		return
	}
	resource := needResource(t)
	for _, p := range services {
		webtest.At(t, p.URL).Want(http.StatusOK, "GET", resource.Path, "")
	}
	if got, want := countRows(t, database, resource), countFixtures(t, resource); got != want {
		t.Errorf("there are %d rows, want the %d of the fixtures", got, want)
	}
}

func TestNewDatabaseIgnoresTheWriteAheadLogOfADeletedOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "removed.db")
	needBinary(t)
	first := serve(t, "sqlite:"+file)
	resource := needResource(t)
	for i := range 30 {
		create(t, webtest.At(t, first.URL), resource, fmt.Sprintf("old %d", i))
	}
	first.Kill()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	second := serve(t, "sqlite:"+file)
	webtest.At(t, second.URL).Want(http.StatusOK, "GET", resource.Path, "")
	if got, want := countRows(t, "sqlite:"+file, resource), countFixtures(t, resource); got != want {
		t.Errorf("there are %d rows, want the %d of the fixtures", got, want)
	}
}

func TestAcknowledgedRowSurvivesAKill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kept.db")
	needBinary(t)
	first := serve(t, "sqlite:"+file)
	resource := needResource(t)
	created := create(t, webtest.At(t, first.URL), resource, "kept")
	first.Kill()
	second := serve(t, "sqlite:"+file)
	got := webtest.JSON[row](t, webtest.At(t, second.URL).Want(http.StatusOK, "GET", resource.Item(created.id()), ""))
	if got[resource.Text] != "kept" {
		t.Errorf("the row is %v, want %v", got, created)
	}
}

// countRows returns how many rows of a resource a database holds, which may be more than
// one page of its collection.
func countRows(t *testing.T, database string, resource discovertest.Resource) int {
	t.Helper()
	status, output := runApp(t, []string{"DATABASE_URL=" + database}, "dumpdata", resource.Name)
	var rows []json.RawMessage
	if err := json.Unmarshal([]byte(output), &rows); err != nil || status != 0 {
		t.Fatalf("app dumpdata %s: status %d, %v: %s", resource.Name, status, err, output)
	}
	return len(rows)
}

// countFixtures returns how many rows of a resource a new database holds.
func countFixtures(t *testing.T, resource discovertest.Resource) int {
	t.Helper()
	return countRows(t, newDatabase(t), resource)
}
