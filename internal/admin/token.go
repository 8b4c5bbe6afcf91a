package admin

import (
	"crypto/sha256"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Guard protects the pages for operators with the admin token.
type Guard struct {
	// OnWrong is called for each wrong token. It may be nil.
	OnWrong func()

	token *token
	limit wrongTokens
	log   wrongTokenLog
}

// NewGuard returns a guard that accepts the token as a bearer token, as programs send it, and
// as the password of any user, as browsers do. An empty token disables the guard. If the token
// may be replaced, read returns the present one; else it is nil. The guard logs wrong tokens. The
// caller closes it.
func NewGuard(value string, read func() (string, error), log *slog.Logger) *Guard {
	g := &Guard{log: wrongTokenLog{log: log}}
	if value != "" {
		g.token = &token{read: read, present: sha256.Sum256([]byte(value)), log: log}
	}
	return g
}

// Close logs the wrong tokens that are not logged yet.
func (g *Guard) Close() { g.log.close() }

// Middleware requires the token for next. It accepts the right token even from an address that
// has sent too many wrong ones, because many clients may share the address.
func (g *Guard) Middleware(next http.Handler) http.Handler {
	if g.token == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := givenToken(r)
		switch {
		case g.token.is(given, time.Now()):
			next.ServeHTTP(w, r)
		case given == "": // a browser's first request
			unauthorized(w, r)
		default:
			g.refuse(w, r)
		}
	})
}

func (g *Guard) refuse(w http.ResponseWriter, r *http.Request) {
	client := web.InfoFrom(r.Context()).Client
	if g.OnWrong != nil {
		g.OnWrong()
	}
	g.log.add(client)
	wait := g.limit.add(client, time.Now())
	if wait == 0 {
		unauthorized(w, r)
		return
	}
	// Each further guess costs a new connection.
	w.Header().Set("Connection", "close")
	seconds := int(wait/time.Second) + 1
	web.WriteProblem(w, r, web.NewProblem(http.StatusTooManyRequests,
		"Too many wrong tokens from your address. Try again in "+strconv.Itoa(seconds)+" s. The right token is accepted at any time.").RetryAfter(seconds))
}

func unauthorized(w http.ResponseWriter, r *http.Request) {
	w.Header()["Www-Authenticate"] = []string{`Basic realm="operators", charset="UTF-8"`, `Bearer realm="operators"`}
	web.WriteProblem(w, r, web.NewProblem(http.StatusUnauthorized,
		"This address is for operators. Send the ADMIN_TOKEN as a bearer token, or as the password of any user."))
}

func givenToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
