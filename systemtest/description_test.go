package systemtest

import (
	"testing"

	"example.com/templatesite/internal/openapitest"
	"example.com/templatesite/internal/webtest"
)

// served starts a service with the fixtures.
func served(t *testing.T) openapitest.Do {
	t.Helper()
	p := serve(t, newDatabase(t))
	return webtest.At(t, p.URL).Do
}

func TestExamplesInTheDescriptionWork(t *testing.T) {
	needBinary(t)
	openapitest.Examples(t, served)
}

func TestProblemsInTheDescriptionAreTheOnesAnswered(t *testing.T) {
	needBinary(t)
	openapitest.Problems(t, served)
}
