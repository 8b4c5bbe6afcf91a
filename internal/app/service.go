// Package app is the wiring of a service: its commands, its parts and how they are
// put together. It is the only package that imports all the others.
//
// It does not know any resource: cmd/app hands it a Service. Nor does it touch the
// environment, the arguments, signals or exits: cmd/app hands it a Process.
package app

import (
	"fmt"
	"io/fs"
	"runtime/debug"
	"slices"

	"example.com/templatesite/internal/web"
)

// Service is what distinguishes one service from another.
type Service struct {
	// Name is the name of the service in the log, for example, and of the default database file.
	Name string
	// Title is the title of the API and of its pages.
	Title string
	// Description is what the OpenAPI description says about the API.
	Description string
	// Version and Commit override what the Go toolchain read from Git.
	Version, Commit string
	// Resources are served in this order.
	Resources []web.Resource
	// IdempotencyKeys lets clients send a POST again safely, with the header Idempotency-Key.
	IdempotencyKeys bool // feature: idempotency
	// Tokens lets programs say who they are, with tokens that app token makes.
	Tokens bool // feature: tokens
	// Audit records who changes what, in the transaction of the change.
	Audit bool // feature: audit
	// Sessions lets people sign in on the pages, with a token of theirs.
	Sessions bool // feature: sessions
	// Static holds the files that are served below /static/, favicon.ico among them.
	Static fs.FS // feature: static
}

// schema returns what has migrations: the resources, and the tables of the plumbing.
func (s Service) schema() []web.Resource {
	owners := slices.Clone(s.Resources)
	owners = s.withKeys(owners)     // feature: idempotency
	owners = s.withTokens(owners)   // feature: tokens
	owners = s.withAudit(owners)    // feature: audit
	owners = s.withSessions(owners) // feature: sessions
	return owners
}

// build describes this binary.
type build struct{ Module, Version, Commit, Go string }

func (s Service) build() build {
	b := build{Module: s.Name, Version: s.Version, Commit: s.Commit}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Module, b.Go = info.Main.Path, info.GoVersion
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = setting.Value
		}
	}
	if b.Commit == "" {
		b.Commit = "unknown"
	}
	return b
}

type versionCommand struct{}

func (versionCommand) Run(p *program) error {
	b := p.service.build()
	_, err := fmt.Fprintf(p.stdout, "%s %s, commit %s, %s\n", b.Module, b.Version, b.Commit, b.Go)
	return err
}
