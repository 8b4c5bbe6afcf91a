// Package health answers whether the service can do its work (readiness) and
// whether it is alive at all (liveness). It asks checks that others register; it
// does not know what they look at.
package health

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// timeout bounds a check; a balancer that waits longer takes us for dead anyway.
const timeout = 2 * time.Second

// sayAgain is how often the log says that a check still fails.
const sayAgain = 20 * time.Second

// Check reports whether something that the service needs works. The advice is
// for anyone to see, so it holds no addresses; err is for the log.
type Check func(context.Context) (advice string, err error)

// Health knows the checks. It is safe for concurrent use, once the checks are
// there.
type Health struct {
	log      *slog.Logger
	checks   map[string]Check
	stopping atomic.Bool
	doubted  atomic.Bool
	failing  sync.Map // when it was said last, by the names of the checks that fail
}

// New returns a Health that asks these checks, and logs when one begins to fail
// and when it is well again.
func New(log *slog.Logger, checks map[string]Check) *Health {
	return &Health{log: log, checks: checks}
}

// Stop makes the service not ready from now on, so that nobody sends new work.
func (h *Health) Stop() { h.stopping.Store(true) }

// Doubt has the checks asked in the background, every second until they are well:
// the log tells of a failure that requests have met, and of its end, also when
// nobody asks for our health.
func (h *Health) Doubt() {
	if h.doubted.Swap(true) {
		return
	}
	go func() {
		defer h.doubted.Store(false)
		for well := false; !well && !h.stopping.Load(); time.Sleep(time.Second) {
			well = h.Ask(context.Background()).Status == "ok"
		}
	}()
}

// Result is the state of the service or of one thing that it needs.
type Result struct {
	Status string `json:"status" enum:"ok,nok" doc:"Whether it works." example:"ok"`
	Detail string `json:"detail,omitempty" doc:"What to do about it." example:"migrations are pending (1): run app migrate"`
}

// Report is the answer: the whole, and each check by its name.
type Report struct {
	Status string            `json:"status"`
	Checks map[string]Result `json:",embed"`
}

// Schema describes the report in the OpenAPI description.
func (Report) Schema(r huma.Registry) *huma.Schema {
	result := r.Schema(reflect.TypeFor[Result](), true, "Result")
	status := &huma.Schema{Type: huma.TypeString, Enum: []any{"ok", "nok"}, Description: "Whether all of it works."}
	return &huma.Schema{
		Type:                 huma.TypeObject,
		Properties:           map[string]*huma.Schema{"status": status},
		Required:             []string{"status"},
		AdditionalProperties: result,
		Examples:             []any{map[string]any{"status": "ok", "db": map[string]any{"status": "ok"}}},
	}
}

// Ask runs all checks at once, each with a deadline.
func (h *Health) Ask(ctx context.Context) Report {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	results := make([]Result, len(h.checks))
	names := slices.Sorted(maps.Keys(h.checks))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { results[i] = h.ask(ctx, name) })
	}
	group.Wait()
	report := Report{Status: "ok", Checks: map[string]Result{}}
	for i, name := range names {
		report.Checks[name] = results[i]
		if results[i].Status != "ok" {
			report.Status = "nok"
		}
	}
	if h.stopping.Load() {
		report.Status = "nok"
		report.Checks["server"] = Result{Status: "nok", Detail: "stopping"}
	}
	return report
}

func (h *Health) ask(ctx context.Context, name string) Result {
	advice, err := h.checks[name](ctx)
	if err == nil {
		if _, failed := h.failing.LoadAndDelete(name); failed {
			h.log.InfoContext(ctx, "health check is well again", "check", name)
		}
		return Result{Status: "ok", Detail: advice}
	}
	if errors.Is(err, context.Canceled) {
		return Result{Status: "nok"} // who asked is gone
	}
	if said, failed := h.failing.Load(name); !failed || time.Since(said.(time.Time)) > sayAgain {
		h.failing.Store(name, time.Now())
		h.log.WarnContext(ctx, "health check fails", "check", name, "error", err)
	}
	return Result{Status: "nok", Detail: advice}
}

// Routes registers the addresses that balancers and orchestrators ask.
func (h *Health) Routes(api *web.API) {
	refusals := []int{http.StatusNotAcceptable}
	for path, id := range map[string]string{"/healthcheck": "healthcheck", "/healthcheck/": "healthcheck-slash"} {
		web.Register(api, huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{"health"},
			Summary:     "Readiness",
			Description: "Whether the service can do its work now: 200, or 503 and what is missing.",
			Errors:      refusals,
		}, h.readiness)
		answers := api.Operations(path)[http.MethodGet].Responses
		answers["503"] = &huma.Response{
			Description: "Service Unavailable: something is missing.",
			Headers:     maps.Clone(answers["200"].Headers),
			Content: map[string]*huma.MediaType{"application/json": {
				Schema:  answers["200"].Content["application/json"].Schema,
				Example: map[string]any{"status": "nok", "db": map[string]any{"status": "nok"}},
			}},
		}
	}
	web.Register(api, huma.Operation{
		OperationID: "livez", Method: http.MethodGet, Path: "/livez", Tags: []string{"health"},
		Summary:     "Liveness",
		Description: "That the process answers. It asks nothing else: restarting us does not mend a database.",
		Errors:      refusals,
	}, liveness)
}

type readinessOutput struct {
	Status int
	Cache  string `header:"Cache-Control" doc:"The answer holds for now alone." example:"no-store"`
	Body   Report
}

func (h *Health) readiness(ctx context.Context, _ *struct{}) (*readinessOutput, error) {
	out := &readinessOutput{Status: http.StatusOK, Cache: "no-store", Body: h.Ask(ctx)}
	if out.Body.Status != "ok" {
		out.Status = http.StatusServiceUnavailable
	}
	return out, nil
}

type livenessOutput struct{ Body Result }

func liveness(context.Context, *struct{}) (*livenessOutput, error) {
	return &livenessOutput{Body: Result{Status: "ok"}}, nil
}
