package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"example.com/templatesite/internal/web"
)

// Token lets pass who brings the token: as a bearer token, as programs do, or as the
// password of any user, as browsers do. Without a token everybody may.
func Token(token string) web.Middleware {
	return func(next http.Handler) http.Handler {
		if token == "" {
			return next
		}
		want := sha256.Sum256([]byte(token))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// Sums are compared, whose length says nothing about the token's.
			got := sha256.Sum256([]byte(bringsToken(r)))
			if subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
				next.ServeHTTP(w, r)
				return
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
