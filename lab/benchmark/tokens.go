package main

import (
	"bytes"
	"context"
	"io"
	"strings"
)

// measureTokens measures what it costs a read to have its token checked: both sides get the token,
// and one of them does not ask for it.
func (b *bench) measureTokens(ctx context.Context, e *engine, log io.Writer) error {
	secret, err := run(ctx, b.app, e.database, "", "token", "create", "benchmark", "--scope", "read")
	if err != nil {
		return err
	}
	c := b.cases()[0]
	c.name, c.goal = "GET one, token / none", goal{}
	header := "\r\nAuthorization: Bearer " + strings.TrimSpace(string(secret)) + "\r\n"
	for i, r := range c.requests {
		c.requests[i].bytes = bytes.Replace(r.bytes, []byte("\r\n"), []byte(header), 1)
	}
	return b.compareVariants(ctx, e, log, c, variant{b.app, "AUTHENTICATION=all"}, variant{b.app, "AUTHENTICATION=off"})
}
