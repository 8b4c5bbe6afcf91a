package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"example.com/templatesite/internal/web"
)

// Token lets pass who brings the token: as a bearer token, as programs do, or as the
// password of any user, as browsers do. Without a token everybody may. The log tells of
// those who bring another.
func Token(token string, log *slog.Logger) web.Middleware {
	refused := &refusals{log: log}
	return func(next http.Handler) http.Handler {
		if token == "" {
			return next
		}
		want := sha256.Sum256([]byte(token))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// Sums are compared, whose length says nothing about the token's.
			brought := bringsToken(r)
			got := sha256.Sum256([]byte(brought))
			if subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
				next.ServeHTTP(w, r)
				return
			}
			if brought != "" { // a browser brings none before it is asked
				refused.add(web.InfoFrom(r.Context()).Client)
			}
			w.Header()["Www-Authenticate"] = []string{`Basic realm="operators", charset="UTF-8"`, `Bearer realm="operators"`}
			web.WriteProblem(w, r, web.NewProblem(http.StatusUnauthorized,
				"This address is for operators. Send the ADMIN_TOKEN as a bearer token, or as the password of any user."))
		})
	}
}

func bringsToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// refuseQuietly is how long the log says nothing more of tokens that are wrong: who
// guesses shall not fill it.
const refuseQuietly = 10 * time.Second

// refusals are the wrong tokens that the log was not told of yet.
type refusals struct {
	log *slog.Logger

	mu    sync.Mutex
	count int
	said  time.Time
}

func (r *refusals) add(client string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if time.Since(r.said) < refuseQuietly {
		return
	}
	r.log.Warn("a wrong token was brought to the admin address", "client", client, "count", r.count)
	r.count, r.said = 0, time.Now()
}
