// Command dockerfile-lint prints what BuildKit's own rules find in Dockerfiles, and exits with 1
// if they find anything. It needs no Docker engine.
//
//	dockerfile-lint Dockerfile…
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/opencontainers/go-digest"
)

func main() {
	found := 0
	for _, name := range os.Args[1:] {
		n, err := check(os.Stdout, name)
		if err != nil {
			fmt.Fprintf(os.Stderr, "dockerfile-lint: %s: %v\n", name, err)
			os.Exit(1)
		}
		found += n
	}
	if found > 0 {
		os.Exit(1)
	}
}

// check prints the warnings of one file, and returns how many there are.
func check(w io.Writer, name string) (int, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, dockerfile2llb.ConvertOpt{
		MetaResolver: anyImage{},
		SourceMap:    &llb.SourceMap{Filename: name, Data: text, Definition: &llb.Definition{}},
	})
	if err != nil {
		return 0, err
	}
	if results.Error != nil {
		return 0, errors.New(results.Error.Message)
	}
	for _, warning := range results.Warnings {
		fmt.Fprintf(w, "%s:%d: %s: %s\n", name, line(warning), warning.RuleName, warning.Detail)
	}
	return len(results.Warnings), nil
}

// anyImage accepts every base image, so that no registry is queried.
type anyImage struct{}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, digest.FromString(ref), []byte(`{"os": "linux", "architecture": "amd64", "config": {}}`), nil
}

func line(warning lint.Warning) int32 {
	for _, r := range warning.Location.GetRanges() {
		return r.GetStart().GetLine()
	}
	return 0
}
