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

// row is one line of the table: the fault, the measured result, and the promised one.
type row struct {
	promise                 int
	fault, measured, wanted string
	// countsOK and timesOK report whether the counts, and the times and ratios, are as promised.
	countsOK, timesOK bool
}

func (r row) ok() bool { return r.countsOK && r.timesOK }

var table struct {
	sync.Mutex
	rows []row
}

// add adds a row to the table. It fails the test if the row is not ok.
func add(t *testing.T, r row) {
	t.Helper()
	table.Lock()
	defer table.Unlock()
	table.rows = append(table.rows, r)
	if !r.ok() {
		t.Errorf("promise %d, %s: %s, want %s", r.promise, r.fault, r.measured, r.wanted)
	}
}

// record adds a row that was measured once.
func record(t *testing.T, promise int, fault, measured, wanted string, countsOK bool) {
	t.Helper()
	add(t, row{promise, fault, measured, wanted, countsOK, true})
}

// retryIfSlow repeats a measurement up to two times if its times or ratios miss, as other load on
// the machine can only make them worse. It does not repeat one whose counts are wrong.
func retryIfSlow(t *testing.T, measure func() []row) {
	t.Helper()
	for try := 1; ; try++ {
		rows := measure()
		wrong := slices.ContainsFunc(rows, func(r row) bool { return !r.countsOK })
		late := slices.ContainsFunc(rows, func(r row) bool { return !r.timesOK })
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

// within waits until the condition is true. It returns false after the timeout.
func within(timeout time.Duration, condition func() bool) bool {
	for end := time.Now().Add(timeout); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func printTable() {
	slices.SortStableFunc(table.rows, func(a, b row) int { return cmp.Compare(a.promise, b.promise) })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\npromise\tfault\tmeasured\twanted\tok")
	for _, r := range table.rows {
		ok := map[bool]string{true: "ok", false: "MISSED"}[r.ok()]
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", r.promise, r.fault, r.measured, r.wanted, ok)
	}
	_ = w.Flush() // standard output
}
