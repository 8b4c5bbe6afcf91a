package check

var throttleChecks = []Check{
	{"throttle.off", Warning, Deploy, "Set THROTTLE_REQUESTS, as in 100/s. If a proxy in front limits clients, silence this check.", plain(unlimited)},
}

func unlimited(s *Subject) string {
	return when(s.NoLimits, "one client may send any number of requests")
}
