package database

import (
	"context"
	"testing"
)

func TestAllAddressesOfAServerHaveItsName(t *testing.T) {
	t.Parallel()
	addresses := map[string][]string{"db1": {"192.0.2.1", "2001:db8::1"}, "db2": {"192.0.2.2"}}
	p := &primary{}
	find := p.lookup(func(_ context.Context, name string) ([]string, error) { return addresses[name], nil })
	for name := range addresses {
		if _, err := find(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	for address, want := range map[string]string{
		"192.0.2.1:5432": "db1:5432", "[2001:db8::1]:5432": "db1:5432", "192.0.2.2:5433": "db2:5433", "/run/s.PGSQL.5432": "/run/s.PGSQL.5432",
	} {
		if got := p.serverAt(address); got != want {
			t.Errorf("at %s is %s, want %s", address, got, want)
		}
	}
}
