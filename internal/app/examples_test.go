package app

import (
	"testing"

	"example.com/templatesite/internal/openapitest"
)

func served(t *testing.T) openapitest.Do {
	t.Helper()
	return startService(t, nil).Do
}

func TestExamplesInTheDescriptionWork(t *testing.T) {
	t.Parallel()
	openapitest.Examples(t, served)
}

func TestProblemsInTheDescriptionAreTheOnesAnswered(t *testing.T) {
	t.Parallel()
	openapitest.Problems(t, served)
}
