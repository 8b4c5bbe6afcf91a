package webtest

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"
)

var (
	another   atomic.Int64
	isDecimal = regexp.MustCompile(`^-?\d+\.\d+$`)
	isUUID    = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// Another returns an object of JSON in which these fields have values that no other call gives
// them, of the same form: for fields that no two rows may have in common.
func Another(t testing.TB, object string, fields ...string) string {
	t.Helper()
	members := JSON[map[string]any](t, Response{Body: object})
	for _, name := range fields {
		if value, ok := members[name]; ok {
			object = With(t, object, name, Vary(value))
		}
	}
	return object
}

// Vary returns a value of JSON of the same form, which no other call returns: a number, or a text
// that may be a decimal, a date, a time, a UUID, an email or a URL.
func Vary(value any) any {
	n := 1000 + another.Add(1)
	text, ok := value.(string)
	if !ok {
		return n
	}
	_, domain, isEmail := strings.Cut(text, "@")
	day, notDate := time.Parse(time.DateOnly, text)
	at, notTime := time.Parse(time.RFC3339, text)
	switch {
	case isDecimal.MatchString(text):
		_, fraction, _ := strings.Cut(text, ".")
		return fmt.Sprintf("%d.%s", n, fraction)
	case isUUID.MatchString(text):
		return fmt.Sprintf("%s%012d", text[:24], n)
	case notDate == nil:
		return day.AddDate(0, 0, int(n)).Format(time.DateOnly)
	case notTime == nil:
		return at.Add(time.Duration(n) * time.Second).Format(time.RFC3339)
	case isEmail:
		return fmt.Sprintf("n%d@%s", n, domain)
	case strings.Contains(text, "://"):
		return fmt.Sprintf("%s/%d", text, n)
	}
	return fmt.Sprintf("%0*d", utf8.RuneCountInString(text), n)
}
