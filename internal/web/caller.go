package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Caller is who sends a request, as far as the service knows. It holds no secret, and is shared by
// requests: nothing may change it.
type Caller struct {
	// ID and Name are of the credential, as in token:7 and ci, for the log and for traces.
	ID, Name string
	// Owner is on whose behalf the credential is used. It stays when the credential is replaced. It has
	// 1 to 400 characters, none of which is a control character: rows that belong to it have it in a
	// column. Another owner's credential is not valid.
	Owner string
	// Scopes are what the caller may do: ScopeRead and ScopeWrite are about everything,
	// book:read and book:write about one resource. Others mean what operations make of them.
	Scopes []string
}

// The scopes of operations that name none. Before them is the name of the resource, if there is
// one, and a colon.
const (
	ScopeRead  = "read"
	ScopeWrite = "write"
)

// May reports whether the caller has a scope, or that scope for every resource.
func (c *Caller) May(scope string) bool {
	_, everywhere, ofResource := strings.Cut(scope, ":")
	return slices.Contains(c.Scopes, scope) ||
		ofResource && (everywhere == ScopeRead || everywhere == ScopeWrite) && slices.Contains(c.Scopes, everywhere)
}

const maxOwner = 400

// hasOwner reports whether the owner is one, as the comment of the field says.
func (c *Caller) hasOwner() bool {
	n := utf8.RuneCountInString(c.Owner)
	return n > 0 && n <= maxOwner && utf8.ValidString(c.Owner) && !strings.ContainsFunc(c.Owner, unicode.IsControl)
}

var errNoOwner = fmt.Errorf("%w: its owner does not have 1 to %d characters, or a control character", ErrUnknownCaller, maxOwner)

// mayAll reports whether there is a caller, with all these scopes.
func (c *Caller) mayAll(scopes []string) bool {
	for _, scope := range scopes {
		if c == nil || !c.May(scope) {
			return false
		}
	}
	return c != nil
}

// CallerFrom returns the caller of the request that ctx belongs to, or nil if nobody was asked, or
// nobody has to be known.
func CallerFrom(ctx context.Context) *Caller { return InfoFrom(ctx).Caller }

// ErrUnknownCaller is the error of a credential that is not valid, whatever the reason. What it is
// wrapped with is logged, and not shown.
var ErrUnknownCaller = errors.New("unknown caller")

// Identify returns the caller to whom a credential belongs. It returns an ErrUnknownCaller for one
// that belongs to nobody, and another error if it cannot find out. The credential is at most 8 KiB
// of the characters that RFC 6750 allows; the error must not contain it. ErrUnknownCaller itself says
// that the credential is of another kind: the reason of another Identify is more to the point.
type Identify func(ctx context.Context, credential string) (*Caller, error)

// Authentication says which operations need a caller, unless they say it themselves.
type Authentication string

// The values of the setting.
const (
	AuthenticationOff   Authentication = "off"   // none, as if it were empty
	AuthenticationWrite Authentication = "write" // all but GET, HEAD and OPTIONS
	AuthenticationAll   Authentication = "all"   // all
)

// isOff is the only way to ask nobody: a value that is none of the three is stricter.
func (a Authentication) isOff() bool { return a == "" || a == AuthenticationOff }
