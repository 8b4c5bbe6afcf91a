package browsable_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestPagesEqualTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	c := start(t)
	for name, target := range map[string]string{"collection": "/book/?limit=1", "item": "/book/1"} {
		golden := filepath.Join("testdata", name+".html")
		got := c.Want(http.StatusOK, "GET", target, "", html, "X-Request-ID: golden").Body
		if etag := c.Want(http.StatusOK, "GET", target, "").Header.Get("ETag"); etag != "" {
			got = strings.ReplaceAll(got, strings.Trim(etag, `"`), "version") // it is a random number
		}
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); run with -update to write it:\n%s", golden, diff)
		}
	}
}
