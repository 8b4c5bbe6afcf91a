package faults

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
)

// logFault is a fault of the receiver of the log: a log server or standard output.
type logFault struct {
	name, sink string
	stdout     *os.File // nil means a file without faults
	settings   []string
	baseline   []string // settings of a service whose receiver works
	// repeats means that connections break, after which losses are reported again although the
	// first report may have arrived.
	repeats bool
	// heal ends the fault. It is nil if that is impossible. received returns all that the receiver
	// got until the service ended.
	heal     func()
	received func() []byte
}

// Promise 6: no fault of the log's receiver makes a request fail or wait.
func TestLogFaultsAffectNoRequest(t *testing.T) {
	requireFaults(t)
	for _, fault := range logFaults(t) {
		t.Run(fault.name, fault.check)
	}
}

func logFaults(t *testing.T) []logFault {
	t.Helper()
	working, refused, hung, slow := newLogServer(t), newLogServer(t), newLogServer(t), newLogServer(t)
	refused.network.refuse()
	hung.network.blackhole()
	slow.network.slow(500 * time.Millisecond)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	reader, closedPipe := newPipe(t)
	reader.Close()
	faults := []logFault{
		refused.fault("log server closes connections", working, false), hung.fault("log server accepts and never reads", working, true),
		unreadPipe(t),
	}
	if os.Geteuid() == 0 || inCI() {
		faults = append(faults, fullLog(t))
	}
	if inCI() {
		return faults
	}
	return append(faults,
		slow.fault("log server is slow", working, true),
		logFault{name: "standard output is always full", sink: "stdout", stdout: full},
		logFault{name: "standard output is a pipe with a closed reader", sink: "stdout", stdout: closedPipe},
	)
}

// start starts the service. Unlike startService it does not read the addresses from the log, which
// may be unreadable.
func (f logFault) start(t *testing.T) *service {
	t.Helper()
	if f.stdout == nil {
		return startService(t, newSQLite(t), f.settings...)
	}
	api, admin := freeAddress(t), freeAddress(t)
	s := &service{Process: &processtest.Process{URL: "http://" + api, Admin: "http://" + admin, Ended: make(chan struct{})}}
	s.Cmd = appCommand(newSQLite(t), "serve")
	s.Env = append(s.Env, "ADDRESS="+api, "ADMIN_ADDRESS="+admin, "LOG_FORMAT=json", "DRAIN_DELAY=0s")
	s.Stdout, s.Stderr = f.stdout, os.Stderr
	must(t, s.Start())
	f.stdout.Close() // the service has its own descriptor
	go func() { _ = s.Cmd.Wait(); close(s.Ended) }()
	t.Cleanup(s.Kill)
	for range 1000 {
		if conn, err := net.Dial("tcp", api); err == nil {
			conn.Close()
			return s
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the service accepts no connections")
	return nil
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// check compares the service with one whose log works, and then ends the fault.
func (f logFault) check(t *testing.T) {
	broken, working := f.start(t), startService(t, newSQLite(t), f.baseline...)
	retryIfSlow(t, func() []row {
		ratio, failures := compareP99(t, broken, working)
		return []row{{6, f.name, fmt.Sprintf("%d failed, p99 %.2f times that without the fault", failures, ratio), "0 failed, ≤ 1.10", failures == 0, ratio <= 1.1}}
	})
	dropped := 0.0
	for end := time.Now().Add(30 * time.Second); dropped == 0 && time.Now().Before(end); { // until the buffers are full
		runFor(t, 2*time.Second, 16, get(item(broken.URL)))
		dropped = metric(t, broken, fmt.Sprintf(`log_records_dropped_total{sink=%q}`, f.sink))
	}
	memory := (metric(t, broken, "process_resident_memory_bytes") - metric(t, working, "process_resident_memory_bytes")) / (1 << 20)
	record(t, 6, f.name+": bounds", fmt.Sprintf("%.0f records dropped, %.0f MB more", dropped, memory), "counted, ≤ 32 MB more", dropped > 0 && memory <= 32)
	if f.heal == nil {
		return
	}
	f.heal()
	time.Sleep(6 * time.Second) // the service retries at least every 5 s
	runFor(t, 100*time.Millisecond, 1, get(item(broken.URL)))
	time.Sleep(time.Second)
	dropped = metric(t, broken, fmt.Sprintf(`log_records_dropped_total{sink=%q}`, f.sink))
	must(t, broken.Process.Process.Signal(os.Interrupt))
	_, err := broken.Wait(20 * time.Second)
	must(t, err)
	reported, records := 0.0, lossReport.FindAllSubmatch(f.received(), -1)
	for _, match := range records {
		n, _ := strconv.ParseFloat(string(match[1]), 64) // only digits
		reported += n
	}
	record(t, 6, f.name+": recovery", fmt.Sprintf("%.0f lost records, %.0f reported in %d records", dropped, reported, len(records)),
		"all reported", reported >= dropped && (reported == dropped || f.repeats))
}

// lossReport matches the log record in which either sink reports how many records it lost.
var lossReport = regexp.MustCompile(`log records were dropped here(?:: |","host":"[^"]*","sink":"stdout","records":)(\d+)`)

// compareP99 returns the ratio of the p99 of two services. It measures them alternately for short
// times and returns the median of the ratios: a single ratio is off by 40 %, the median of 60 by 6 %.
func compareP99(t *testing.T, broken, working *service) (ratio float64, failures int) {
	t.Helper()
	var ratios []float64
	for round := range 60 {
		var p99 [2]float64
		for i := range p99 {
			i := (i + round) % 2 // neither is always the first
			l := runFor(t, 100*time.Millisecond, 2, get(item([]*service{broken, working}[i].URL)))
			p99[i] = percentile(l.answers, 0.99).Seconds()
			failures += len(failed(l.answers))
		}
		ratios = append(ratios, p99[0]/p99[1])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], failures
}
