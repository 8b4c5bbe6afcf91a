package check_test

import (
	"testing"

	"example.com/templatesite/internal/check"
)

func init() {
	admin := func(address, token string) func(*testing.T, *check.Subject) {
		return having(check.Admin{Address: address, Token: token})
	}
	cases = append(cases,
		tested{"admin.open", admin(":8001", ""), admin(":8001", strongSecret)},
		tested{"admin.open", admin("192.0.2.1:8001", ""), admin("localhost:8001", "")},
		tested{"admin.open", admin("[::]:8001", ""), admin("", "")},
	)
	for _, weak := range weakSecrets {
		cases = append(cases, tested{"admin.weak-token", admin(":8001", weak), admin(":8001", strongSecret)})
	}
}
