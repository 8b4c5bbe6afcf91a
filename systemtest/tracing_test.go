package systemtest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

func TestLogDoesNotContainTheProxyPassword(t *testing.T) {
	needBinary(t)
	const secret = "S3cretPart"
	file := filepath.Join(t.TempDir(), "log")
	p, err := processtest.Start(processtest.Options{
		Binary: binary, Database: newDatabase(t), Log: file, Stderr: t.Output(),
		Settings: []string{"HTTP_PROXY=http://me:" + secret + "%@127.0.0.1:1", "NO_PROXY=", "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.invalid:4318", "OTEL_BSP_SCHEDULE_DELAY=50", "LOG_LEVEL=debug"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	webtest.At(t, p.URL).Want(http.StatusOK, "GET", "/openapi.json", "")
	await(t, "without its collector", func() bool {
		log, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(log), secret) {
			t.Fatalf("the log contains the password, or cannot be read (%v):\n%s", err, log)
		}
		return strings.Contains(string(log), "traces do not arrive")
	})
}
