package session

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.com/templatesite/internal/web"
)

// optional is the Security of an operation that everyone may use, and that wants to know who does.
var optional = append([]map[string][]string{{}}, web.Needs()...)

var elsewhere = web.NewProblem(http.StatusForbidden, "Only pages of this origin may sign in or out in a browser.")

type who struct {
	SignedIn bool     `json:"signed_in" doc:"Whether the request has a caller." example:"true"`
	Caller   string   `json:"caller,omitempty" doc:"The credential that proves it." example:"token:7"`
	Name     string   `json:"name,omitempty" doc:"What the credential is called." example:"alice-laptop"`
	Owner    string   `json:"owner,omitempty" doc:"On whose behalf it is used." example:"alice"`
	Scopes   []string `json:"scopes,omitempty" nullable:"false" doc:"What the caller may do." example:"[\"read\"]"`
}

type whoInput struct {
	To string `query:"to" doc:"Where the page leads afterwards: a path of this service."`
}

type whoOutput struct{ Body who }

// Routes registers GET and POST /sign-in, POST /sign-out, and what the ways to sign in need.
func (s *Sessions) Routes(api *web.API) {
	tags := api.Tag("sessions", "People on the pages: who they are, as a cookie says.")
	web.Register(api, huma.Operation{
		OperationID: "sign-in-get", Method: http.MethodGet, Path: web.SignInPath, Tags: tags, Security: optional, Metadata: web.Unlisted,
		Summary: "Sign in", Description: "Who the caller is.", Errors: []int{http.StatusNotAcceptable, http.StatusUnprocessableEntity},
	}, s.who)
	post(api, &huma.Operation{
		OperationID: "sign-in", Path: web.SignInPath, Tags: tags, Security: web.Needs(),
		Summary: "Sign in", Description: "Starts a session of the caller, which the cookie of the answer stands for.",
	}, func(w http.ResponseWriter, r *http.Request) error {
		caller, err := s.confirm(r.Context(), web.CallerFrom(r.Context()))
		if err != nil {
			return err
		}
		return s.Start(w, r, caller)
	})
	post(api, &huma.Operation{
		OperationID: "sign-out", Path: web.SignOutPath, Tags: tags, Security: web.Open,
		Summary: "Sign out", Description: "Ends the session of the cookie, if there is one.",
	}, s.End)
	for _, way := range s.ways {
		way.Routes(api)
	}
}

func (s *Sessions) who(ctx context.Context, _ *whoInput) (*whoOutput, error) {
	caller := web.CallerFrom(ctx)
	if caller == nil {
		return &whoOutput{}, nil
	}
	return &whoOutput{who{true, caller.ID, caller.Name, caller.Owner, caller.Scopes}}, nil
}

// post registers an operation whose answer is a cookie. Register would keep the answer to a request that
// may be sent twice, and the secret with it.
func post(api *web.API, op *huma.Operation, serve func(http.ResponseWriter, *http.Request) error) {
	op.Method = http.MethodPost
	op.Responses = map[string]*huma.Response{"204": {
		Description: http.StatusText(http.StatusNoContent),
		Headers:     map[string]*huma.Param{"Set-Cookie": {Description: "The cookie.", Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	api.OpenAPI().AddOperation(op)
	api.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		if _, found := secretOf(r); (found || r.Header.Get("Origin") != "") && !isFromHere(r) {
			web.WriteProblem(w, r, elsewhere)
			return
		}
		if err := serve(w, r); err != nil {
			api.HandleError(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
