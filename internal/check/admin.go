package check

import "net"

// Admin is where operators look, and what they send.
type Admin struct{ Address, Token string }

var adminChecks = []Check{
	{"admin.open", Error, Deploy, "Set ADMIN_TOKEN_FILE, or listen on localhost: the profiles of the process show what requests contain.", plain(openAdmin)},
	{"admin.weak-token", Error, Always, "Choose another ADMIN_TOKEN: openssl rand -hex 32.", plain(weakAdminToken)},
}

func openAdmin(s *Subject) string {
	host, _, err := net.SplitHostPort(s.Admin.Address)
	return when(err == nil && s.Admin.Token == "" && !isLocal(host), "everyone who can reach %s may read profiles and change the level of the log", s.Admin.Address)
}

func weakAdminToken(s *Subject) string {
	weakness := weakness(s.Admin.Token)
	return when(s.Admin.Token != "" && weakness != "", "the token is %s", weakness)
}
