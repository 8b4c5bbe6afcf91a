package browsable_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestPagesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Want(http.StatusCreated, "POST", "/plant/", fern)
	c.Want(http.StatusCreated, "POST", "/plant/", fern)
	for name, target := range map[string]string{"collection": "/plant/?limit=1", "item": "/plant/1"} {
		golden := filepath.Join("testdata", name+".html")
		got := c.Want(http.StatusOK, "GET", target, "", html, "X-Request-ID: golden").Body
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
			t.Errorf("%s (-want +got), -update writes it anew:\n%s", golden, diff)
		}
	}
}
