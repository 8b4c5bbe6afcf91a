package check_test

import "example.com/templatesite/internal/check"

func init() {
	cases = append(cases, tested{"throttle.off", having(check.Throttle{Off: true}), having(check.Throttle{})})
}
