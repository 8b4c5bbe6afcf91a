package app

import (
	"testing"

	"example.com/templatesite/internal/openapitest"
)

// started returns a function that starts a service of its own, as openapitest asks
// for one.
func started(env map[string]string) func(*testing.T) openapitest.Do {
	return func(t *testing.T) openapitest.Do { return startService(t, env).Do }
}

func TestExamplesOfTheDescriptionAreTrue(t *testing.T) {
	t.Parallel()
	openapitest.Examples(t, started(nil))
}

func TestProblemsOfTheDescriptionAreTrue(t *testing.T) {
	t.Parallel()
	openapitest.Problems(t, started(map[string]string{"MAX_BODY_BYTES": "1000"}))
}
