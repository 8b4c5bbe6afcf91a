package health

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/templatesite/internal/web"
)

// Result is the state of one dependency of the service, or of the process.
type Result struct {
	Status string `json:"status" enum:"ok,nok" doc:"Whether it works." example:"ok"`
	Detail string `json:"detail,omitempty" doc:"What to do about it." example:"migrations are pending (1): run app migrate"`
}

// Liveness is the state of the process.
type Liveness struct {
	Status  string `json:"status" enum:"ok" doc:"It responds." example:"ok"`
	Started bool   `json:"started" doc:"Whether the service has been ready since its start."`
}

// Detail is what operators see of a check.
type Detail struct {
	Result
	// Since is when the status last changed, and Asked when the check last ran.
	Since time.Time `json:"since,omitzero"`
	Asked time.Time `json:"asked,omitzero"`
	// Duration is how many seconds that run took.
	Duration float64 `json:"duration"`
	// LastError stays after the check has recovered.
	LastError   string    `json:"last_error,omitempty"`
	LastErrorAt time.Time `json:"last_error_at,omitzero"`
}

// Report is the status of the service, and the result of each check by its name.
type Report struct {
	Status string            `json:"status"`
	Checks map[string]Result `json:",embed"`
}

// Schema returns the schema of a report for the OpenAPI description.
func (Report) Schema(r huma.Registry) *huma.Schema {
	result := r.Schema(reflect.TypeFor[Result](), true, "Result")
	status := &huma.Schema{Type: huma.TypeString, Enum: []any{"ok", "nok"}, Description: "Whether all checks pass."}
	return &huma.Schema{
		Type:                 huma.TypeObject,
		Properties:           map[string]*huma.Schema{"status": status},
		Required:             []string{"status"},
		AdditionalProperties: result,
		Examples:             []any{map[string]any{"status": "ok", "db": map[string]any{"status": "ok"}}},
	}
}

const (
	livezPath       = "/livez"
	healthcheckPath = "/healthcheck"
)

// IsProbe reports whether path is one that Routes registers. Their routes are the same as their
// paths, so it accepts either.
func IsProbe(path string) bool {
	return path == livezPath || path == healthcheckPath || path == healthcheckPath+"/"
}

// Routes registers GET /livez, GET /healthcheck and GET /healthcheck/.
func (h *Health) Routes(api *web.API) {
	refusals := []int{http.StatusNotAcceptable}
	tags := api.Tag("health", "Probes for load balancers and orchestrators.")
	for path, id := range map[string]string{healthcheckPath: "healthcheck", healthcheckPath + "/": "healthcheck-slash"} {
		web.Register(api, huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: path, Tags: tags,
			Summary:     "Readiness",
			Description: "Whether the service can do its work: 200, or 503 with the checks that fail.",
			Errors:      refusals, Security: web.Open,
			// An unknown query must not make a probe fail.
			SkipValidateParams: true,
		}, h.readiness)
		answers := api.Operations(path)[http.MethodGet].Responses
		answers["503"] = &huma.Response{
			Description: "Service Unavailable: a check fails.",
			Headers:     maps.Clone(answers["200"].Headers),
			Content: map[string]*huma.MediaType{"application/json": {
				Schema:  answers["200"].Content["application/json"].Schema,
				Example: map[string]any{"status": "nok", "db": map[string]any{"status": "nok"}},
			}},
		}
	}
	web.Register(api, huma.Operation{
		OperationID: "livez", Method: http.MethodGet, Path: livezPath, Tags: tags,
		Summary:     "Liveness",
		Description: "Whether the process responds: always 200. It runs no checks, because a restart does not repair a database.",
		Errors:      refusals, Security: web.Open,

		SkipValidateParams: true,
	}, h.liveness)
}

type readinessOutput struct {
	Status int
	Cache  string `header:"Cache-Control" doc:"Never cached." example:"no-store"`
	Body   Report
}

func (h *Health) readiness(ctx context.Context, _ *struct{}) (*readinessOutput, error) {
	out := &readinessOutput{Status: http.StatusOK, Cache: "no-store", Body: h.Check(ctx)}
	if out.Body.Status != "ok" {
		out.Status = http.StatusServiceUnavailable
	}
	return out, nil
}

type livenessOutput struct {
	Cache string `header:"Cache-Control" doc:"Never cached." example:"no-store"`
	Body  Liveness
}

func (h *Health) liveness(context.Context, *struct{}) (*livenessOutput, error) {
	return &livenessOutput{Cache: "no-store", Body: Liveness{Status: "ok", Started: h.started.Load()}}, nil
}

// Details serves the readiness with the Detail of each check. It shows errors unfiltered, so
// it is for operators only.
func (h *Health) Details(w http.ResponseWriter, r *http.Request) {
	report := h.Check(r.Context())
	body := struct {
		Status string            `json:"status"`
		Checks map[string]Detail `json:",embed"`
	}{report.Status, h.details()}
	for name, result := range report.Checks {
		if _, checked := body.Checks[name]; !checked { // "server": the service is stopping
			body.Checks[name] = Detail{Result: result}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if report.Status != "ok" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	// The status is sent: an error can no longer be reported.
	_ = json.MarshalWrite(w, body, json.Deterministic(true), jsontext.WithIndent("  "))
	_, _ = w.Write([]byte("\n"))
}
