package session

import (
	"context"
	"strings"
	"time"

	"example.com/templatesite/internal/web"
)

// Way is a way to sign in other than with a credential that the request has.
type Way struct {
	// Prefix is what the IDs of its callers begin with.
	Prefix string
	// Confirm is asked about their sessions, in the place of that of New. It also learns when the session
	// began.
	Confirm func(ctx context.Context, caller *web.Caller, since time.Time) (*web.Caller, error)
	// Routes registers where people prove who they are. From there they come to Start. The page to sign in
	// links to each GET below web.SignInPath whose Metadata is web.SignInWay.
	Routes func(*web.API)
}

// AddWay adds a way to sign in. It must be called before Routes.
func (s *Sessions) AddWay(way *Way) { s.ways = append(s.ways, way) }

// stillCounts returns the caller of a session that began at a time, as they are now.
func (s *Sessions) stillCounts(ctx context.Context, caller *web.Caller, since time.Time) (*web.Caller, error) {
	for _, way := range s.ways {
		if strings.HasPrefix(caller.ID, way.Prefix) {
			return way.Confirm(ctx, caller, since)
		}
	}
	return s.confirm(ctx, caller)
}
