// Package check looks for what makes a deployment unsafe, in its settings and in facts: what the
// process may do, what the database says, whether something answers.
//
// The lists of checks read like tables; each ends with the functions that find out. It does not
// know where settings come from, nor how the service opens its database.
package check

import (
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Check is one thing that can be wrong.
type Check struct {
	// ID is stable, because people silence checks by it.
	ID       string
	Severity Severity
	// When is Deploy for what is wrong in production only.
	When When
	// Do says what to do about it.
	Do   string
	Find Find
}

// Find returns what is wrong, or "". The error says why that cannot be told; it is
// errDoesNotApply if there is nothing to tell. Both may be shown to operators, and contain no secret.
type Find func(context.Context, *Subject) (wrong string, err error)

var errDoesNotApply = errors.New("does not apply")

// When says which runs include a check.
type When bool

// The runs that include a check: all, or only those for production.
const (
	Always When = false
	Deploy When = true
)

// Part is a part of the service that brings its own checks. They are the same whatever its settings
// are, so that each can be silenced anywhere.
type Part interface{ Checks() []Check }

// Severity orders findings.
type Severity int

// The severities, from what should be known to what must not be.
const (
	Info Severity = iota
	Warning
	Error
)

var severities = []string{"info", "warning", "error"}

// String returns the severity as people write it.
func (s Severity) String() string { return severities[s] }

// MarshalText writes the severity as String does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String writes, and refuses everything else.
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severities, string(text))
	if i < 0 {
		return errors.New("it must be info, warning or error")
	}
	*s = Severity(i)
	return nil
}

// Subject is what is checked.
type Subject struct {
	// Hosts are the entries of ALLOWED_HOSTS, Proxies those of TRUSTED_PROXIES.
	Hosts   []string
	Proxies []netip.Prefix
	// Misspelt says which variables look like settings; Exposed names the secrets that are not
	// in files.
	Misspelt, Exposed []string
	Silences          Silences
	Authentication    string // off, write or all
	LogLevel          slog.Level
	RequestTimeout    time.Duration
	MaxBodyBytes      int64
	Version, Commit   string

	// Root is the root of the file system; MemoryLimit is that of the control groups in bytes,
	// or math.MaxInt64.
	Root        fs.FS
	MemoryLimit int64
	// Dial connects as a client does, and Authorities have signed the certificates that it
	// accepts: nil means the system's.
	Dial        func(ctx context.Context, network, address string) (net.Conn, error)
	Authorities *x509.CertPool

	// DB is opened as the service opens it. Reach returns why it cannot be used, and Count how
	// many migrations it lacks, and how many it has that the program does not know.
	DB    *sql.DB
	Reach func(context.Context) error
	Count func(context.Context) (pending, ahead int, err error)
	Pool  int // the maximum number of connections
	Now   func() time.Time

	Parts []Part

	known   []string // the ids of all checks
	reached func() error
}

// Checks returns every check, in the order of the documentation. Add yours to a list, or a part.
func (s *Subject) Checks() []Check {
	all := slices.Concat(settingChecks, processChecks, databaseChecks)
	for _, part := range s.Parts {
		all = append(all, part.Checks()...)
	}
	return all
}

// plain returns a Find for a question that needs no waiting and always has an answer.
func plain(wrong func(*Subject) string) Find {
	return func(_ context.Context, s *Subject) (string, error) { return wrong(s), nil }
}

// when returns the text if it is wrong.
func when(wrong bool, format string, values ...any) string {
	if !wrong {
		return ""
	}
	return fmt.Sprintf(format, values...)
}
