package app

import "io/fs"

// icon returns the icon of the service, or nil if it has none.
func (p *program) icon() []byte {
	if p.service.Static == nil {
		return nil
	}
	icon, _ := fs.ReadFile(p.service.Static, "favicon.ico") // a missing one is no reason to fail
	return icon
}
