package systemtest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/templatesite/internal/processtest"
	"example.com/templatesite/internal/webtest"
)

// runApp runs a command of the program with settings, as NAME=value, added to the environment of
// the test. It returns the output of both streams.
func runApp(t *testing.T, settings []string, args ...string) (status int, output string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Env = append(os.Environ(), settings...)
	text, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(text)
}

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

func TestHealthcheckIgnoresProxySettings(t *testing.T) {
	needBinary(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the proxy receives a request")
	}))
	defer proxy.Close()
	settings := []string{"HTTP_PROXY=" + proxy.URL, "http_proxy=" + proxy.URL, "NO_PROXY=", "no_proxy=", "ADDRESS=server.invalid:8000"}
	if status, output := runApp(t, settings, "healthcheck"); status != 1 || !strings.Contains(output, "does not answer") {
		t.Errorf("exit status = %d: %s", status, output)
	}
}
