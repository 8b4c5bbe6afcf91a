package throttle_test

import (
	"testing"
	"time"

	"example.com/templatesite/internal/throttle"
)

func TestRateIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]throttle.Rate{
		"off": {}, "1/s": {1, time.Second}, "100/s": {100, time.Second}, "600/min": {600, time.Minute}, "5000/h": {5000, time.Hour}, "1000000/d": {1_000_000, 24 * time.Hour},
	} {
		if got, err := throttle.ParseRate(text); got != want || err != nil || got.String() != text {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"7/second": "7/s", "7/sec": "7/s", "7/m": "7/min", "7/minute": "7/min", "7/hour": "7/h", "7/day": "7/d"} {
		if got, err := throttle.ParseRate(text); got.String() != want || err != nil {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0/s", "-1/s", "+1/s", "1.5/s", "1000001/s", "99999999999999999999/s", "100", "100/", "/s", "100/ms", "100/S", "100 / s", "100/s/s", "0", "OFF"} {
		if got, err := throttle.ParseRate(text); err == nil || got != (throttle.Rate{}) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}
