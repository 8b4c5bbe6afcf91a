package throttle_test

import (
	"net/http"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

const (
	million = 1_000_000
	// room is how many addresses are kept, as the documentation says.
	room = 65_536
)

// fromMany sends a request from each of n addresses, and returns how many were admitted. It pauses after
// every thousand.
func fromMany(limits *throttle.Throttle, n int, pause time.Duration) (admitted int) {
	header := http.Header{}
	info := &web.Info{}
	r := requestFrom("", "GET")
	r = r.WithContext(web.WithInfo(r.Context(), info))
	address := netip.MustParseAddr("198.18.0.0")
	for i := range n {
		info.Client = address.String()
		address = address.Next()
		if limits.Count(header, r) == nil {
			admitted++
		}
		if pause > 0 && i%1000 == 0 {
			time.Sleep(pause)
		}
	}
	return admitted
}

func never(string) bool { return false }

func TestMillionAddressesAreAdmittedInAFewMegabytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := heap()
		limits := throttle.New(throttle.Limits{Requests: rate("100/s")}, never)
		if got := fromMany(limits, million, time.Millisecond); got != million {
			t.Errorf("%d of a million addresses were admitted", got)
		}
		if grown := heap() - before; grown > 4<<20 {
			t.Errorf("a million addresses take %d bytes", grown)
		}
		runtime.KeepAlive(limits)
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Those for whom there is no room share the buckets of others, so that a flood opens no limit.
func TestMillionBusyAddressesGetNoMoreThanThoseThatFit(t *testing.T) {
	t.Parallel()
	limits := throttle.New(throttle.Limits{Requests: rate("1/d")}, never)
	got := fromMany(limits, million, 0)
	if got > room || got < room*9/10 {
		t.Errorf("%d requests of a million addresses were admitted, want almost %d", got, room)
	}
	caller := requestFrom(home, "GET")
	web.InfoFrom(caller.Context()).Caller = &web.Caller{ID: "token:1"}
	if problem := limits.Count(http.Header{}, caller); problem != nil {
		t.Errorf("a caller is refused because of addresses: %v", problem)
	}
}
