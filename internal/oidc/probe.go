// feature: check

package oidc

import (
	"context"
	"errors"
)

// Probe asks the provider for its keys, and returns why it does not have any.
func (s *Settings) Probe(ctx context.Context) error {
	source := newSource(*s)
	defer source.client.CloseIdleConnections()
	keys, err := source.fetch(ctx)
	if err == nil && len(keys) == 0 {
		err = errors.New("the provider has no key that the service accepts")
	}
	return err
}
