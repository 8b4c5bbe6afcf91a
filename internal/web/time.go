package web

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var errYear = errors.New("the time must be in the years 1 to 9999 in UTC")

// The first second that RFC 3339 can represent, and the one after the last.
var (
	firstSecond = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	endSecond   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// CheckTime returns an error for a time that RFC 3339 cannot represent in UTC. If such a time
// were stored, neither its row nor a list with that row could be returned.
func CheckTime(t time.Time) error {
	if s := t.Unix(); s < firstSecond || s >= endSecond {
		return errYear
	}
	return nil
}

// readTime refuses a time that leaves these years when it is converted to UTC.
func readTime(dec *jsontext.Decoder, t *time.Time) error {
	if err := json.UnmarshalDecode(dec, t, json.WithUnmarshalers(nil)); err != nil {
		return err
	}
	return CheckTime(*t)
}
