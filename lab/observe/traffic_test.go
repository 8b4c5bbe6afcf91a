package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"example.com/templatesite/internal/discovertest"
	"example.com/templatesite/internal/webtest"
)

// target is the resource that the traffic goes to.
var target discovertest.Resource

// faultDuration covers several scrapes, so that rates show the fault.
const faultDuration = 13 * time.Second

// startTraffic starts traffic of varying rate, which continues until the tests end.
var startTraffic = sync.OnceFunc(func() {
	background.Go(func() {
		for start := time.Now(); traffic.Err() == nil; {
			sendEveryKind(traffic)
			time.Sleep(time.Duration(150+100*math.Sin(time.Since(start).Seconds()/30)) * time.Millisecond)
		}
	})
})

// breakDatabase causes one fault after another under traffic.
func breakDatabase(ctx context.Context) error {
	var err error
	if target, err = discovertest.First(ctx, service); err != nil {
		return fmt.Errorf("is the cluster up? %w", err)
	}
	startTraffic()
	for _, fault := range []func(context.Context) error{lockedTable, missingPermission, pendingMigration, unreachableDatabase} {
		if err := fault(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sendEveryKind sends requests that succeed, and requests with every kind of client error.
func sendEveryKind(ctx context.Context) {
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

// create creates a row and returns its path. If that fails, it returns the path of no row.
func create(ctx context.Context, body string) string {
	response, err := webtest.Send(ctx, client.Transport, "POST", service+target.Path, body, "X-Request-ID: observed")
	if err != nil {
		return target.Item(0)
	}
	var row struct{ ID int64 }
	_ = json.Unmarshal([]byte(response.Body), &row) // a problem has no id
	return target.Item(row.ID)
}

// send sends a request and returns the status of the response.
func send(ctx context.Context, method, path, ifMatch, body string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, client.Timeout)
	defer cancel()
	var headers []string
	if ifMatch != "" {
		headers = append(headers, "If-Match: "+ifMatch)
	}
	response, err := webtest.Send(ctx, client.Transport, method, service+path, body, headers...)
	return response.Status, err
}

// lockedTable locks the table under requests of more clients than the service queues: some are
// refused, some time out, some disconnect.
func lockedTable(ctx context.Context) error {
	locked := make(chan error, 1)
	go func() {
		locked <- sql(ctx, fmt.Sprintf("begin; lock table %s in access exclusive mode; select pg_sleep(%d); commit;", target.Name, int(faultDuration.Seconds())))
	}()
	if err := awaitLock(ctx, locked); err != nil {
		return err
	}
	var clients sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for i := range 400 {
		clients.Go(func() {
			timeout := client.Timeout
			if i%20 == 0 {
				timeout = 300 * time.Millisecond
			}
			requestContext, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			method, path, body := "GET", target.Item(1), ""
			if i%2 == 0 {
				method, path, body = "POST", target.Path, target.Body("too much")
			}
			status, _ := send(requestContext, method, path, "", body) // 0 if the client disconnects
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	clients.Wait()
	if statuses[http.StatusServiceUnavailable] == 0 || statuses[http.StatusGatewayTimeout] == 0 {
		return fmt.Errorf("while the table was locked: statuses %v, want 503 and 504 among them", statuses)
	}
	return <-locked
}

// awaitLock waits until a read of the table gets no response within a second, so it is locked.
func awaitLock(ctx context.Context, locked <-chan error) error {
	for ctx.Err() == nil {
		select {
		case err := <-locked:
			return errors.Join(errors.New("the table was not locked"), err)
		default:
		}
		requestContext, cancel := context.WithTimeout(ctx, time.Second)
		_, err := send(requestContext, "GET", target.Item(1), "", "")
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ctx.Err()
}

// withFault runs SQL that causes a fault, and undoes it after faultDuration. It returns an error if
// the service never answers with the status meanwhile, or does not recover.
func withFault(ctx context.Context, do, undo string, status int) error {
	if err := sql(ctx, do); err != nil {
		return err
	}
	statuses := map[int]int{}
	for end := time.Now().Add(faultDuration); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		got, _ := send(ctx, "GET", target.Item(1), "", "")
		statuses[got]++
	}
	if err := sql(context.WithoutCancel(ctx), undo); err != nil {
		return err
	}
	if statuses[status] == 0 {
		return fmt.Errorf("%s: statuses %v, want %d among them", do, statuses, status)
	}
	for end := time.Now().Add(maxWait); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if got, _ := send(ctx, "GET", "/healthcheck", "", ""); got == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("%s: the service is not ready again within %v", undo, maxWait)
}

// missingPermission revokes a permission, so that statements fail with an unexpected error.
func missingPermission(ctx context.Context) error {
	return withFault(ctx, "revoke select on "+target.Name+" from templatesite", "grant select on "+target.Name+" to templatesite", http.StatusInternalServerError)
}

// pendingMigration makes the schema look older than the program.
func pendingMigration(ctx context.Context) error {
	return withFault(ctx, "update app_migrations set is_applied = false where version_id > 0", "update app_migrations set is_applied = true", http.StatusOK)
}

// unreachableDatabase closes all connections of the service and refuses new ones.
func unreachableDatabase(ctx context.Context) error {
	return withFault(ctx,
		"alter role templatesite nologin; select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'templatesite'",
		"alter role templatesite login", http.StatusServiceUnavailable)
}
