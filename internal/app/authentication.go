package app

import "example.com/templatesite/internal/web"

// identify returns what can tell who a caller is, in the order in which it is asked.
func (s Service) identify(db web.DB) []web.Identify {
	var all []web.Identify
	all = append(all, s.identifyToken(db)...) // feature: tokens
	return all
}
