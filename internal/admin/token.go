package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Guard asks operators for the token.
type Guard struct {
	token   string
	sum     [sha256.Size]byte
	counted func()
	limits  wrongTokens
	line    wrongTokenLine
}

// NewGuard returns a guard that lets pass who sends the token: as a bearer token, as
// programs do, or as the password of any user, as browsers do. Without a token everybody
// passes. Wrong tokens are logged, and counted is called for each.
func NewGuard(token string, log *slog.Logger, counted func()) *Guard {
	return &Guard{token: token, sum: sha256.Sum256([]byte(token)), counted: counted, line: wrongTokenLine{log: log}}
}

// Close logs the wrong tokens that no line has counted yet.
func (g *Guard) Close() { g.line.close() }

// Middleware puts the guard in front of next. A right token passes also when too many
// wrong ones came from the same address, which may be that of many.
func (g *Guard) Middleware(next http.Handler) http.Handler {
	if g.token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Sums are compared, whose length says nothing about the token's.
		given := givenToken(r)
		sum := sha256.Sum256([]byte(given))
		switch {
		case subtle.ConstantTimeCompare(sum[:], g.sum[:]) == 1:
			next.ServeHTTP(w, r)
		case given == "": // as a browser, before it is asked
			unauthorized(w, r)
		default:
			g.refuse(w, r)
		}
	})
}

func (g *Guard) refuse(w http.ResponseWriter, r *http.Request) {
	client := web.InfoFrom(r.Context()).Client
	g.counted()
	g.line.add(client)
	wait := g.limits.add(client, time.Now())
	if wait == 0 {
		unauthorized(w, r)
		return
	}
	// Another guess needs another connection.
	w.Header().Set("Connection", "close")
	seconds := int(wait/time.Second) + 1
	web.WriteProblem(w, r, web.NewProblem(http.StatusTooManyRequests,
		"Too many wrong tokens came from your address. Try again in "+strconv.Itoa(seconds)+" s; the right one is taken at any time.").RetryAfter(seconds))
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
