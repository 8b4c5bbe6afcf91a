package throttle

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Rate is how many requests a client may send in a period. The zero value is no limit.
type Rate struct {
	Count  int64
	Period time.Duration
}

// maxCount keeps the time between two requests far above a nanosecond, the unit of the buckets.
const maxCount = 1_000_000

var (
	// periods are the units, each by the name that String writes first.
	periods = []struct {
		names  []string
		length time.Duration
	}{
		{[]string{"s", "sec", "second"}, time.Second},
		{[]string{"min", "m", "minute"}, time.Minute},
		{[]string{"h", "hour"}, time.Hour},
		{[]string{"d", "day"}, 24 * time.Hour},
	}
	errRate = errors.New("it must be off, or a number up to 1000000 and a period, as in 100/s, 600/min or 5000/h")
)

// off is how a Rate without a limit is written.
const off = "off"

// ParseRate reads 100/s, 600/min, 5000/h or 10000/d, the periods also as words, or off.
func ParseRate(text string) (Rate, error) {
	if text == off {
		return Rate{}, nil
	}
	number, name, _ := strings.Cut(text, "/")
	count, err := strconv.ParseUint(number, 10, 32)
	if err != nil || count < 1 || count > maxCount {
		return Rate{}, errRate
	}
	for _, period := range periods {
		for _, known := range period.names {
			if name == known {
				return Rate{int64(count), period.length}, nil
			}
		}
	}
	return Rate{}, errRate
}

// String returns a rate as ParseRate reads it.
func (r Rate) String() string {
	for _, period := range periods {
		if r.Period == period.length {
			return strconv.FormatInt(r.Count, 10) + "/" + period.names[0]
		}
	}
	return off
}
