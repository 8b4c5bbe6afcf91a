package systemtest

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"example.com/templatesite/internal/webtest"
)

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
