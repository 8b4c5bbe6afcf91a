package main

import (
	"fmt"
	"io"
)

// console is where the commands report.
type console struct{ out, err io.Writer }

func (c *console) say(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

func (c *console) warn(format string, args ...any) {
	fmt.Fprintf(c.err, "project: "+format+"\n", args...)
}

func (c *console) lines(lines []string) {
	for _, line := range lines {
		fmt.Fprintln(c.out, line)
	}
}
