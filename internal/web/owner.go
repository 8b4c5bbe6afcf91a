package web

import "context"

// Owner says whose rows a statement is about. Every method of a store of rows with owners asks for
// one, so that nobody can forget it. The zero value is about the rows that belong to nobody.
type Owner struct {
	// Name is what new rows belong to, and what the rows belong to that a statement finds.
	Name string
	// Everyone means that it finds the rows of all owners.
	Everyone bool
}

// ScopeAdmin is the scope of callers for whom the rows of all owners are there. What they may do with
// them is what their other scopes say.
const ScopeAdmin = "admin"

// OwnerFrom returns the owner of the caller of the request that ctx belongs to. Where nobody is
// asked, that is nobody: the rows of callers stay hidden if AuthenticationOff is set by mistake.
func OwnerFrom(ctx context.Context) Owner {
	caller := CallerFrom(ctx)
	if caller == nil {
		return Owner{}
	}
	return Owner{Name: caller.Owner, Everyone: caller.May(ScopeAdmin)}
}

// Owned returns the same API for operations on rows with owners. They need a caller even where other
// reads are open, and their description says that ScopeAdmin makes a difference.
func (a *API) Owned() *API {
	c := *a
	c.owned = true
	return &c
}
