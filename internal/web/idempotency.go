package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The header with which a client sends a POST again without it being carried out again
// (draft-ietf-httpapi-idempotency-key-header-07), and the one of an answer that was given before.
const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotency-Replayed"
)

// maxKey is the length of the longest key.
const maxKey = 255

// KeyedRequest is a request with an Idempotency-Key.
type KeyedRequest struct {
	// Key is the key, after the owner and a space if there is a caller.
	Key string
	// Fingerprint is the same for requests with the same method, address and body. It does not
	// reveal them.
	Fingerprint [sha256.Size]byte
}

// Once returns the answer to a request. If there is none yet, it calls run in a context of
// DB.Atomic and remembers what run returns, in the same transaction: both happen or neither.
// While the same key is in progress elsewhere, it waits. It returns ErrKeyReused if the key
// belongs to another request.
type Once func(ctx context.Context, r KeyedRequest, run func(context.Context) ([]byte, error)) (answer []byte, replayed bool, err error)

// ErrKeyReused is the response to a request with the Idempotency-Key of another request.
var ErrKeyReused = invalid(FieldError{Message: "was used for another request: send a new key", Location: "header." + idempotencyHeader})

var invalidKey = invalid(FieldError{
	Message:  fmt.Sprintf("must be given once, and be 1 to %d visible ASCII characters, with or without double quotes", maxKey),
	Location: "header." + idempotencyHeader,
})

// isKeyed reports whether an operation honours the header. Other methods have If-Match, or may
// be repeated as they are.
func (a *API) isKeyed(method string) bool { return a.options.Once != nil && method == http.MethodPost }

// describeKey adds the header to the description of an operation.
func describeKey(op *huma.Operation) {
	shortest, longest := 1, maxKey+len(`""`)
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: idempotencyHeader, In: "header",
		Description: fmt.Sprintf("Makes it safe to send this request again, when its answer was lost: a new random text for each new request, such as a UUID. "+
			"The same request with the same key is carried out once, and gets the first answer again, with the header %s; "+
			"after an error it is tried again. The key of another request is a 422. A key is remembered for 24 hours.", replayedHeader),
		Schema: &huma.Schema{
			Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest, Pattern: "^[!-~]+$",
			Examples: []any{`"8e03978e-40d5-43e8-bc93-6894a57f9324"`},
		},
	})
	if !slices.Contains(op.Errors, http.StatusUnprocessableEntity) {
		op.Errors = append(slices.Clone(op.Errors), http.StatusUnprocessableEntity)
	}
}

// attempt is a request with a key, and the header of its response.
type attempt struct {
	KeyedRequest
	response http.Header
}

type attemptKey struct{}

// readKey puts the attempt into the context of a request that has the header.
func readKey(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	lines := r.Header[idempotencyHeader]
	if lines == nil {
		next(ctx)
		return
	}
	key, ok := parseKey(lines)
	if !ok {
		WriteProblem(w, r, invalidKey)
		return
	}
	if caller := CallerFrom(r.Context()); caller != nil {
		key = caller.Owner + " " + key // which no client can send
	}
	next(huma.WithValue(ctx, attemptKey{}, &attempt{KeyedRequest{key, fingerprint(r)}, w.Header()}))
}

var (
	quotedKey   = regexp.MustCompile(`^"((?:[^"\\]|\\["\\])*)"$`) // a string of RFC 9651
	unescapeKey = strings.NewReplacer(`\\`, `\`, `\"`, `"`)
)

// parseKey returns the key in the lines of the header. The draft wants it quoted; most clients
// send it as it is.
func parseKey(lines []string) (key string, ok bool) {
	key = lines[0]
	if quoted := quotedKey.FindStringSubmatch(key); quoted != nil {
		key = unescapeKey.Replace(quoted[1])
	} else if strings.HasPrefix(key, `"`) {
		return "", false
	}
	invisible := func(c rune) bool { return c < '!' || c > '~' }
	return key, len(lines) == 1 && 0 < len(key) && len(key) <= maxKey && !strings.ContainsFunc(key, invisible)
}

// fingerprint reads the body as it was sent, and not the input that huma makes of it, so that a
// newer version of the program, with a new default for example, gets the same. The order of
// names and white space make no difference.
func fingerprint(r *http.Request) [sha256.Size]byte {
	var body jsontext.Value
	if received, ok := r.Body.(*receivedBody); ok {
		body = bytes.Clone(received.data)
		_ = body.Canonicalize(jsontext.CanonicalizeRawInts(false)) // readBody has checked that it is JSON
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s %s\n%s", r.Method, r.URL.RequestURI(), body))
}

// remember answers a request that was answered before with the same output. A request without a
// key only pays for finding that out. The output has to be the same after it was written as JSON
// and read again.
func remember[I, O any](a *API, method string) stage[I, O] {
	if !a.isKeyed(method) {
		return nil
	}
	return func(next handler[I, O]) handler[I, O] {
		return func(ctx context.Context, in *I) (*O, error) {
			attempt, ok := ctx.Value(attemptKey{}).(*attempt)
			if !ok {
				return next(ctx, in)
			}
			var out *O
			answer, replayed, err := a.options.Once(ctx, attempt.KeyedRequest, func(ctx context.Context) (_ []byte, err error) {
				if out, err = next(ctx, in); err != nil {
					return nil, err
				}
				return json.Marshal(out, writing)
			})
			if err != nil || !replayed {
				return out, err
			}
			attempt.response.Set(replayedHeader, "true")
			var first *O
			err = json.Unmarshal(answer, &first)
			return first, err
		}
	}
}
