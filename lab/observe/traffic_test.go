package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"

	"example.com/templatesite/internal/discovertest"
)

// target is the resource of the service that gets the traffic.
var target discovertest.Resource

// fault lasts as long as several scrapes, so that rates see it.
const fault = 13 * time.Second

// steadyTraffic comes in waves, until the tests are over.
var steadyTraffic = sync.OnceFunc(func() {
	steady.Go(func() {
		for start := time.Now(); traffic.Err() == nil; {
			everyKind(traffic)
			time.Sleep(time.Duration(150+100*math.Sin(time.Since(start).Seconds()/30)) * time.Millisecond)
		}
	})
})

// haveBadTime breaks one thing after the other, while there is traffic.
func haveBadTime(ctx context.Context) error {
	var err error
	if target, err = discovertest.First(ctx, service); err != nil {
		return fmt.Errorf("is the cluster up? %w", err)
	}
	steadyTraffic()
	for _, trouble := range []func(context.Context) error{lockedTable, missingRight, pendingMigration, noDatabase} {
		if err := trouble(ctx); err != nil {
			return err
		}
	}
	return nil
}

// everyKind sends what is answered with success, and what is the client's fault.
func everyKind(ctx context.Context) {
	good, bad := target.Body("observed"), `{"unknown": 1}`
	for _, path := range []string{
		"/", target.Path, target.Path + "?limit=1", target.Item(1), target.Item(0), target.Path + "x", "/nowhere", "/openapi.json", "/docs", "/livez", "/healthcheck",
	} {
		_, _ = send(ctx, "GET", path, "", "")
	}
	path := create(ctx, good)
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		_, _ = send(ctx, method, path, `"stale"`, good)
	}
	_, _ = send(ctx, "PUT", path, "", good)
	_, _ = send(ctx, "PATCH", path, "", bad)
	_, _ = send(ctx, "PATCH", path, "", good)
	_, _ = send(ctx, "DELETE", path, "", "")
	_, _ = send(ctx, "POST", target.Path, "", bad)
	_, _ = send(ctx, "DELETE", target.Path, "", "")
	_, _ = send(ctx, "OPTIONS", target.Path, "", "")
	_, _ = send(ctx, "BREW", target.Path, "", "")
}

// create returns the path of a new row, or of one that does not exist.
func create(ctx context.Context, body string) string {
	r, _ := http.NewRequestWithContext(ctx, "POST", service+target.Path, strings.NewReader(body)) // it is well formed
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-ID", "observed")
	response, err := client.Do(r)
	if err != nil {
		return target.Item(0)
	}
	defer response.Body.Close()
	var row struct{ ID int64 }
	_ = json.NewDecoder(response.Body).Decode(&row) // a problem has no id
	return target.Item(row.ID)
}

// send returns the status of an answer.
func send(ctx context.Context, method, path, ifMatch, body string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, service+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// lockedTable makes the database slow, for more clients than can wait: some are
// refused, some wait too long, some go away.
func lockedTable(ctx context.Context) error {
	locked := make(chan error, 1)
	go func() {
		locked <- sql(ctx, fmt.Sprintf("begin; lock table %s in access exclusive mode; select pg_sleep(%d); commit;", target.Name, int(fault.Seconds())))
	}()
	if err := awaitLock(ctx, locked); err != nil {
		return err
	}
	var crowd sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 400 {
		crowd.Go(func() {
			patience := client.Timeout
			if i%20 == 0 {
				patience = 300 * time.Millisecond
			}
			patient, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			method, path, body := "GET", target.Item(1), ""
			if i%2 == 0 {
				method, path, body = "POST", target.Path, target.Body("too much")
			}
			status, _ := send(patient, method, path, "", body) // whoever goes away has none
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	crowd.Wait()
	if statuses[http.StatusServiceUnavailable] == 0 || statuses[http.StatusGatewayTimeout] == 0 {
		return fmt.Errorf("a locked table is answered with %v, want 503 and 504 among them", statuses)
	}
	return <-locked
}

// awaitLock returns when the table is locked: a read of it gets no answer for a second.
func awaitLock(ctx context.Context, locked <-chan error) error {
	for ctx.Err() == nil {
		select {
		case err := <-locked:
			return errors.Join(errors.New("the table was not locked"), err)
		default:
		}
		patient, cancel := context.WithTimeout(ctx, time.Second)
		_, err := send(patient, "GET", target.Item(1), "", "")
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ctx.Err()
}

// broken does something to the database, until it is undone a few scrapes later, and
// wants a status from the service meanwhile.
func broken(ctx context.Context, do, undo string, status int) error {
	if err := sql(ctx, do); err != nil {
		return err
	}
	statuses := map[int]int{}
	for end := time.Now().Add(fault); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		got, _ := send(ctx, "GET", target.Item(1), "", "")
		statuses[got]++
	}
	if err := sql(context.WithoutCancel(ctx), undo); err != nil {
		return err
	}
	if statuses[status] == 0 {
		return fmt.Errorf("%s: answered with %v, want %d among them", do, statuses, status)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if got, _ := send(ctx, "GET", "/healthcheck", "", ""); got == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("%s: not well again within %v", undo, patience)
}

// missingRight is a mistake of whoever set up the database, which nothing but an error
// can be said of.
func missingRight(ctx context.Context) error {
	return broken(ctx, "revoke select on "+target.Name+" from templatesite", "grant select on "+target.Name+" to templatesite", http.StatusInternalServerError)
}

// pendingMigration is a schema that is older than the program.
func pendingMigration(ctx context.Context) error {
	return broken(ctx, "update app_migrations set is_applied = false where version_id > 0", "update app_migrations set is_applied = true", http.StatusOK)
}

// noDatabase is one that ends all connections, and takes none.
func noDatabase(ctx context.Context) error {
	return broken(ctx,
		"alter role templatesite nologin; select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'templatesite'",
		"alter role templatesite login", http.StatusServiceUnavailable)
}
