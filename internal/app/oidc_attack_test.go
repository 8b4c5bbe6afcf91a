package app

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/templatesite/internal/oidctest"
)

// attacks are headers with tokens that the provider has not made for this service, with what the
// log says about them.
func attacks(t *testing.T, p *oidctest.Provider, elsewhere string) map[string]struct{ token, because string } {
	t.Helper()
	const malformed, kind, signature, key = "malformed", "another kind", "signature", "no such key"
	claims, now, at := p.Claims(), time.Now().Unix(), map[string]any{"typ": "at+jwt"}
	private, id := p.Key()
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	own := oidctest.NewKey(t, jose.RS256)
	foreign := func(id string, headers map[string]any) string {
		return oidctest.Sign(t, jose.RS256, own, id, claims, headers)
	}
	valid := strings.Split(p.Sign(claims, at), ".")
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return map[string]struct{ token, because string }{
		"none":                      {part(`{"alg":"none","typ":"at+jwt"}`) + "." + valid[1] + ".", malformed},
		"None":                      {part(`{"alg":"nOnE","typ":"at+jwt"}`) + "." + valid[1] + ".", malformed},
		"none with a signature":     {part(`{"alg":"none","typ":"at+jwt"}`) + "." + valid[1] + "." + valid[2], malformed},
		"no signature":              {valid[0] + "." + valid[1] + ".", signature},
		"another payload":           {valid[0] + "." + part(strings.Replace(mustDecode(t, valid[1]), "read", "read write", 1)) + "." + valid[2], signature},
		"HS256 with the public key": {oidctest.Sign(t, jose.HS256, asPEM, id, claims, at), malformed},
		"HS256 with its DER":        {oidctest.Sign(t, jose.HS256, public, id, claims, at), malformed},
		"RS384":                     {oidctest.Sign(t, jose.RS384, private, id, claims, at), malformed},
		"RS512":                     {oidctest.Sign(t, jose.RS512, private, id, claims, at), malformed},
		"ES384":                     {oidctest.Sign(t, jose.ES384, oidctest.NewKey(t, jose.ES384), id, claims, at), malformed},
		"PS256 by a key for RS256":  {oidctest.Sign(t, jose.PS256, private, id, claims, at), key},
		"ES256 by the id of RS256":  {oidctest.Sign(t, jose.ES256, oidctest.NewKey(t, jose.ES256), id, claims, at), key},
		"another key, the same kid": {foreign(id, at), signature},
		"another key, another kid":  {foreign("../../etc/passwd", at), key},
		"no kid":                    {foreign("", at), key},
		"jku":                       {foreign("evil", map[string]any{"typ": "at+jwt", "jku": elsewhere}), key},
		"jku with the same kid":     {foreign(id, map[string]any{"typ": "at+jwt", "jku": elsewhere}), signature},
		"x5u":                       {foreign("evil", map[string]any{"typ": "at+jwt", "x5u": elsewhere}), key},
		"kid that is an address":    {foreign(elsewhere, at), key},
		"jwk":                       {foreign("evil", map[string]any{"typ": "at+jwt", "jwk": jose.JSONWebKey{Key: own.Public(), KeyID: "evil"}}), key},
		"jwk with the same kid":     {foreign(id, map[string]any{"typ": "at+jwt", "jwk": jose.JSONWebKey{Key: own.Public(), KeyID: id}}), signature},
		"critical header":           {p.Sign(claims, map[string]any{"typ": "at+jwt", "crit": []string{"exp"}, "exp": 1}), ""},
		"wrong issuer":              {p.Sign(claims.With("iss", elsewhere), at), "issuer"},
		"issuer with a slash":       {p.Sign(claims.With("iss", p.Issuer+"/"), at), "issuer"},
		"no issuer":                 {p.Sign(claims.With("iss", nil), at), "issuer"},
		"wrong audience":            {p.Sign(claims.With("aud", "https://other.example.org/"), at), "audience"},
		"part of the audience":      {p.Sign(claims.With("aud", oidctest.Audience+"x"), at), "audience"},
		"no audience":               {p.Sign(claims.With("aud", nil), at), "audience"},
		"empty audience":            {p.Sign(claims.With("aud", []string{}), at), "audience"},
		"expired":                   {p.Sign(claims.With("exp", now-33), at), "expired"},
		"no expiry":                 {p.Sign(claims.With("exp", nil), at), "when it expires"},
		"expiry as a text":          {p.Sign(claims.With("exp", "never"), at), malformed},
		"not yet valid":             {p.Sign(claims.With("nbf", now+40), at), "not valid yet"},
		"issued in the future":      {p.Sign(claims.With("iat", now+40), at), "future"},
		"no subject":                {p.Sign(claims.With("sub", nil), at), "subject"},
		"long subject":              {p.Sign(claims.With("sub", strings.Repeat("a", 256)), at), "subject"},
		"subject with a line":       {p.Sign(claims.With("sub", "alice\nbob"), at), "subject"},
		"ID token":                  {p.IssueID(true), kind},
		"ID token without a hash":   {p.IssueID(false), kind},
		"ID token with a scope":     {p.Sign(claims.With("nonce", "x"), nil), kind},
		"ID token with a hash":      {p.Sign(claims.With("at_hash", "x"), map[string]any{"typ": "JWT"}), kind},
		"JWT without a scope":       {p.Sign(claims.With("scope", nil), map[string]any{"typ": "JWT"}), kind},
		"logout token":              {p.Sign(claims, map[string]any{"typ": "logout+jwt"}), kind},
		"type that is no text":      {p.Sign(claims, map[string]any{"typ": 7}), malformed},
		"empty parts":               {"..", malformed},
		"parts of nothing":          {part("{}") + "." + part("{}") + ".", malformed},
		"claims twice":              {signText(t, p, `{"iss":"`+p.Issuer+`","iss":"x"}`), malformed},
		"payload that is no object": {signText(t, p, `[]`), malformed},
		"payload that is no JSON":   {signText(t, p, `read`), malformed},
		"encrypted":                 {part(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d", ""},
		"signed twice":              {p.Sign(claims, at) + "." + valid[2], ""},
		"too long":                  {p.Sign(claims.With("x", strings.Repeat("x", 9<<10)), at), ""},
		"1 MB":                      {p.Sign(claims.With("x", strings.Repeat("x", 1<<20)), at), ""},
	}
}

func mustDecode(t *testing.T, part string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signText returns a token with any payload.
func signText(t *testing.T, p *oidctest.Provider, payload string) string {
	t.Helper()
	private, id := p.Key()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: private, KeyID: id}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestNothingButAnAccessTokenForThisServiceIsAccepted(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		var asked atomic.Int64
		elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
		defer elsewhere.Close()
		for id, tt := range attacks(t, p, elsewhere.URL) {
			got := s.Do("GET", "/book/1", "", bearing(tt.token))
			if id == "1 MB" && got.Status == http.StatusRequestHeaderFieldsTooLarge {
				continue // no handler sees it
			}
			if got.Status != http.StatusUnauthorized || !strings.Contains(got.Header.Get("Www-Authenticate"), "invalid_token") {
				t.Errorf("%s: %d %s", id, got.Status, got.Body)
				continue
			}
			record := s.record("request", func(r map[string]any) bool { return r["request_id"] == got.Header.Get("X-Request-ID") })
			if because, _ := record["error"].(string); !strings.Contains(because, tt.because) {
				t.Errorf("%s: the log says %q, and not %q", id, because, tt.because)
			}
		}
		if asked.Load() != 0 {
			t.Errorf("the service asked where a token says, %d times", asked.Load())
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", bearing(p.Issue("read")))
	})
}

func TestClocksMayDifferByHalfAMinute(t *testing.T) {
	t.Parallel()
	withProvider(t, func(t *testing.T, s *service, p *oidctest.Provider) {
		for ahead, want := range map[int64]int{-25: 200, 25: 200, -40: 401, 40: 401} {
			now := time.Now().Unix() + ahead // as the provider sees it
			claims := p.Claims().With("iat", now).With("nbf", now).With("exp", now+600)
			if ahead < 0 {
				claims = claims.With("exp", now) // it has just expired there
			}
			if got := s.Do("GET", "/book/1", "", bearing(p.Sign(claims, nil))); got.Status != want {
				t.Errorf("the provider is %d s ahead: %d %s", ahead, got.Status, got.Body)
			}
		}
	})
}

func TestTypeOfATokenIsWrittenInManyWays(t *testing.T) {
	t.Parallel()
	withProvider(t, func(_ *testing.T, s *service, p *oidctest.Provider) {
		for _, typ := range []string{"at+jwt", "application/at+jwt", "AT+JWT", "JWT", "jwt"} {
			s.Want(http.StatusOK, "GET", "/book/1", "", bearing(p.Sign(p.Claims(), map[string]any{"typ": typ})))
		}
		s.Want(http.StatusOK, "GET", "/book/1", "", bearing(p.Sign(p.Claims().With("aud", []string{"other", oidctest.Audience}), nil)))
	})
}
