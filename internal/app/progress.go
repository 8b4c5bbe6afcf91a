package app

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"example.com/templatesite/internal/fixture"
	"example.com/templatesite/internal/web"
)

func loadOne(ctx context.Context, tx *sql.Tx, all []web.Resource, s source, progress func()) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	return fixture.Load(ctx, tx, all, r, progress)
}

// counter shows a person at a terminal that long work goes on.
type counter struct {
	w    io.Writer
	show bool
	n    int
}

// newCounter returns a counter that shows itself when w is a terminal.
func newCounter(w io.Writer) *counter { return &counter{w: w, show: isTerminal(w)} }

func (c *counter) add() {
	c.n++
	if c.show && c.n%1000 == 0 {
		fmt.Fprintf(c.w, "\r%d rows", c.n)
	}
}

func (c *counter) done() {
	if c.show && c.n >= 1000 {
		fmt.Fprint(c.w, "\r\x1b[K")
	}
}
