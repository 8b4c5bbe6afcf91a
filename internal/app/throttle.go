package app

import (
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/throttle"
	"example.com/templatesite/internal/web"
)

// throttleSettings say how much one client may ask for.
type throttleSettings struct {
	ThrottleRequests throttle.Rate `default:"off" help:"How many requests a client may send, as in 100/s. The periods are s, min, h and d. A client is a caller, or an address where there is no caller. More get a 429."`
	ThrottleChanges  throttle.Rate `default:"off" help:"How many of them may be changes."`
}

// throttle returns what counts the requests of each client, or nil if nothing does.
func (p *program) throttle() web.Throttle {
	limits := throttle.Limits{Requests: p.config.Throttle.ThrottleRequests, Changes: p.config.Throttle.ThrottleChanges}
	if limits == (throttle.Limits{}) {
		return nil
	}
	return throttle.New(limits, health.IsProbe)
}
