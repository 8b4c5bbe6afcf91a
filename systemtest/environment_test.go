package systemtest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
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
