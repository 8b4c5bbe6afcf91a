package check_test

import (
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	cases = append(cases, tested{"throttle.off", func(_ *testing.T, s *check.Subject) { s.NoLimits = true }, keep})
}
