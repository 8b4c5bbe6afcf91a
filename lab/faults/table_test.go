package faults

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// row is one line of the table: what was broken, what was measured, what was promised.
type row struct {
	promise               int
	fault, figure, wanted string
	// right is whether the counts are as promised, inTime whether times and ratios are.
	right, inTime bool
}

func (r row) ok() bool { return r.right && r.inTime }

var table struct {
	sync.Mutex
	rows []row
}

// add adds a line to the table. One that is not ok fails the test.
func add(t *testing.T, r row) {
	t.Helper()
	table.Lock()
	defer table.Unlock()
	table.rows = append(table.rows, r)
	if !r.ok() {
		t.Errorf("promise %d, %s: %s, want %s", r.promise, r.fault, r.figure, r.wanted)
	}
}

// record adds a line that has no second try.
func record(t *testing.T, promise int, fault, figure, wanted string, right bool) {
	t.Helper()
	add(t, row{promise, fault, figure, wanted, right, true})
}

// tries measures something until it is in time, three times at most: what the machine
// does beside it can only make times and ratios worse. Counts have no second try: the
// first measurement that is not right is the last.
func tries(t *testing.T, measure func() []row) {
	t.Helper()
	for try := 1; ; try++ {
		rows := measure()
		wrong := slices.ContainsFunc(rows, func(r row) bool { return !r.right })
		late := slices.ContainsFunc(rows, func(r row) bool { return !r.inTime })
		if try < 3 && late && !wrong {
			t.Logf("try %d: %v", try, rows)
			continue
		}
		for _, r := range rows {
			add(t, r)
		}
		return
	}
}

// within asks until something is so, for that long at most, and returns whether it is.
func within(patience time.Duration, so func() bool) bool {
	for end := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func printTable() {
	slices.SortStableFunc(table.rows, func(a, b row) int { return cmp.Compare(a.promise, b.promise) })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\npromise\tfault\tfigure\twanted\tok")
	for _, r := range table.rows {
		ok := map[bool]string{true: "ok", false: "MISSED"}[r.ok()]
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", r.promise, r.fault, r.figure, r.wanted, ok)
	}
	_ = w.Flush() // it is standard output
}
