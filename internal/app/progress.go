package app

import (
	"fmt"
	"io"
)

// counter counts rows, and shows the number during long work.
type counter struct {
	w    io.Writer
	show bool
	n    int
}

// newCounter returns a counter that writes to w if that is a terminal.
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
