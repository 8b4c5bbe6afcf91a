package check

// Throttle is Off if a client may send any number of requests.
type Throttle struct{ Off bool }

// Checks returns what can be wrong with the limits.
func (t Throttle) Checks() []Check {
	return []Check{
		{"throttle.off", Warning, Deploy, "Set THROTTLE_REQUESTS, as in 100/s. If a proxy in front limits clients, silence this check.", plain(t.unlimited)},
	}
}

func (t Throttle) unlimited(*Subject) string {
	return when(t.Off, "one client may send any number of requests")
}
