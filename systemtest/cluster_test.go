// feature: metrics or syslog

package systemtest

import (
	"os"
	"testing"
	"time"
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
