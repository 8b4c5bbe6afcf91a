package audit_test

import (
	"bufio"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/web"
	"example.com/templatesite/internal/webtest"
)

// victim is set in a process that changes the database with this URL until it is killed.
var victim = flag.String("victim", "", "")

func TestMain(m *testing.M) {
	flag.Parse()
	if *victim == "" {
		os.Exit(m.Run())
	}
	db, err := database.Open(database.Options{URL: *victim, MaxConnections: 4})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	api := newAPI(db, web.AuthenticationOff)
	for range 4 {
		go func() {
			for n := 0; ; n++ {
				r := httptest.NewRequest("POST", "/book/", strings.NewReader(walden))
				if n%2 == 1 {
					r = httptest.NewRequest("PATCH", "/book/1", strings.NewReader(`{"pages":1}`))
				}
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				api.ServeHTTP(w, r)
				fmt.Println(w.Code)
			}
		}()
	}
	select {}
}

const balanceSQL = `
	select (select count(*) from book) + (select version from book where id = 1), (select count(*) from audit)`

func TestKilledProcessLeavesNoChangeWithoutItsEntry(t *testing.T) {
	each(t, func(t *testing.T, _ *webtest.Client, db *database.DB) {
		balance := func() (changes, entries int64) {
			if err := db.QueryRowContext(t.Context(), balanceSQL).Scan(&changes, &entries); err != nil {
				t.Fatal(err)
			}
			return changes, entries
		}
		before, _ := balance()
		for round := range 5 {
			process := exec.CommandContext(t.Context(), os.Args[0], "-victim", databasetest.URL(t, db))
			output, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewScanner(output)
			for n := 0; n < 20+7*round && answers.Scan(); n++ {
				if status := answers.Text(); status != fmt.Sprint(http.StatusCreated) && status != fmt.Sprint(http.StatusOK) {
					t.Errorf("an answer is %s", status)
				}
			}
			time.Sleep(time.Duration(round) * time.Millisecond)
			_ = process.Process.Kill() // SIGKILL, while four changes are in progress
			_ = process.Wait()
			if changes, entries := balance(); changes-before != entries || entries < 20 {
				t.Errorf("%d changes, %d entries", changes-before, entries)
			}
		}
	})
}
