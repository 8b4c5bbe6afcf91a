package check

import "net"

// Admin is where operators look, and what they send.
type Admin struct{ Address, Token string }

// Checks returns what can be wrong with the admin address.
func (a Admin) Checks() []Check {
	return []Check{
		{"admin.open", Error, Deploy, "Set ADMIN_TOKEN_FILE, or listen on localhost: the profiles of the process show what requests contain.", plain(a.open)},
		{"admin.weak-token", Error, Always, "Choose another ADMIN_TOKEN: openssl rand -hex 32.", plain(a.weakToken)},
	}
}

func (a Admin) open(*Subject) string {
	host, _, err := net.SplitHostPort(a.Address)
	return when(err == nil && a.Token == "" && !isLocal(host), "everyone who can reach %s may read profiles and change the level of the log", a.Address)
}

func (a Admin) weakToken(*Subject) string {
	weakness := weakness(a.Token)
	return when(a.Token != "" && weakness != "", "the token is %s", weakness)
}
