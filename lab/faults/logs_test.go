package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"example.com/templatesite/internal/processtest"
)

// logFault is a receiver of the log that does not do its work.
type logFault struct {
	name, sink string
	stdout     *os.File // nil is a file that works
	settings   []string
	baseline   []string // the settings of a service whose receiver works
	// repeats says that connections end in the middle, and what was told on them is
	// told again, though some of it arrives in the end.
	repeats bool
	// heal mends the receiver; received returns what it has got in the end. nil is
	// one that cannot be mended.
	heal     func()
	received func() []byte
}

// Promise 6: whatever becomes of the log, no request fails or waits for it.
func TestLogsCannotHurt(t *testing.T) {
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
	_, closedPipe := newPipe(t, func(r *os.File) { r.Close() })
	faults := []logFault{
		refused.fault("log server hangs up", working, false), hung.fault("log server accepts, and never reads", working, true),
		slow.fault("log server is slow", working, true),
		{name: "standard output is always full", sink: "stdout", stdout: full},
		{name: "reader of standard output is gone", sink: "stdout", stdout: closedPipe},
		unreadPipe(t),
	}
	if os.Geteuid() == 0 || os.Getenv("FAULTS") == "ci" {
		faults = append(faults, fullLog(t))
	}
	return faults
}

func newPipe(t *testing.T, with func(r *os.File)) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	with(r)
	return r, w
}

// heldPipe is a standard output that nobody reads.
func unreadPipe(t *testing.T) logFault {
	t.Helper()
	var text bytes.Buffer
	var reading sync.WaitGroup
	r, w := newPipe(t, func(*os.File) {})
	return logFault{
		name: "nobody reads standard output", sink: "stdout", stdout: w,
		heal:     func() { reading.Go(func() { _, _ = io.Copy(&text, r) }) }, // up to the end of the service
		received: func() []byte { reading.Wait(); return text.Bytes() },
	}
}

// fullLog is a standard output that goes to a disk without room.
func fullLog(t *testing.T) logFault {
	t.Helper()
	dir := smallDisk(t, 1)
	name := filepath.Join(dir, "log")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	free := fill(t, dir)
	return logFault{
		name: "disk of standard output is full", sink: "stdout", stdout: file, heal: free,
		received: func() []byte { text, _ := os.ReadFile(name); return text },
	}
}

// logServer is a log server behind a network that can be broken.
type logServer struct {
	network *proxy
	mu      sync.Mutex
	text    bytes.Buffer
}

func newLogServer(t *testing.T) *logServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	s := &logServer{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.read(conn)
		}
	}()
	s.network = newProxy(t, listener.Addr().String())
	return s
}

func (s *logServer) read(conn net.Conn) {
	defer conn.Close()
	for in := bufio.NewReader(conn); ; {
		var length int
		if _, err := fmt.Fscanf(in, "%d ", &length); err != nil {
			return
		}
		message := make([]byte, length)
		if _, err := io.ReadFull(in, message); err != nil {
			return
		}
		s.mu.Lock()
		s.text.Write(append(message, '\n'))
		s.mu.Unlock()
	}
}

func (s *logServer) settings() []string { return []string{"SYSLOG_ADDRESS=tcp://" + s.network.address} }

func (s *logServer) fault(name string, working *logServer, repeats bool) logFault {
	return logFault{
		name: name, sink: "syslog", settings: s.settings(), baseline: working.settings(), repeats: repeats, heal: s.network.heal,
		received: func() []byte {
			time.Sleep(time.Second) // what the network holds
			s.mu.Lock()
			defer s.mu.Unlock()
			return bytes.Clone(s.text.Bytes())
		},
	}
}

// start runs a service whose log cannot be asked for its address.
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
	f.stdout.Close() // the service has its own
	go func() { _ = s.Cmd.Wait(); close(s.Ended) }()
	t.Cleanup(s.Kill)
	for range 1000 {
		if conn, err := net.Dial("tcp", api); err == nil {
			conn.Close()
			return s
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the service does not serve")
	return nil
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// check compares the service with one whose log works.
func (f logFault) check(t *testing.T) {
	broken, working := f.start(t), startService(t, newSQLite(t), f.baseline...)
	retryIfSlow(t, func() []row {
		ratio, failures := compareP99(t, broken, working)
		return []row{{6, f.name, fmt.Sprintf("%d failed, p99 is %.2f of without", failures, ratio), "0 failed, ≤ 1.10", failures == 0, ratio <= 1.1}}
	})
	dropped := 0.0
	for end := time.Now().Add(30 * time.Second); dropped == 0 && time.Now().Before(end); { // more than any buffer holds
		runFor(t, 2*time.Second, 16, get(item(broken.URL)))
		dropped = metric(t, broken, fmt.Sprintf(`log_records_dropped_total{sink=%q}`, f.sink))
	}
	memory := (metric(t, broken, "process_resident_memory_bytes") - metric(t, working, "process_resident_memory_bytes")) / (1 << 20)
	record(t, 6, f.name+": bounds", fmt.Sprintf("%.0f records dropped, %.0f MB more", dropped, memory), "counted, ≤ 32 MB more", dropped > 0 && memory <= 32)
	if f.heal == nil {
		return
	}
	f.heal()
	time.Sleep(6 * time.Second) // there is an attempt every 5 s, at least
	runFor(t, 100*time.Millisecond, 1, get(item(broken.URL)))
	time.Sleep(time.Second)
	dropped = metric(t, broken, fmt.Sprintf(`log_records_dropped_total{sink=%q}`, f.sink))
	must(t, broken.Process.Process.Signal(os.Interrupt))
	_, err := broken.Wait(20 * time.Second)
	must(t, err)
	told, records := 0.0, lossReport.FindAllSubmatch(f.received(), -1)
	for _, match := range records {
		n, _ := strconv.ParseFloat(string(match[1]), 64) // they are digits
		told += n
	}
	record(t, 6, f.name+": recovery", fmt.Sprintf("%.0f lost records, %.0f told in %d records", dropped, told, len(records)),
		"each is told", told >= dropped && (told == dropped || f.repeats))
}

// lossTold is how both sinks say how many records were lost.
var lossReport = regexp.MustCompile(`log records were dropped here(?:: |","sink":"stdout","records":)(\d+)`)

// comparison returns the p99 of one service as a part of the other's: they are asked
// in turns, each for a moment, and the median of the turns' ratios counts. One ratio is
// off by 40 %; the median of so many by 6 %.
func compareP99(t *testing.T, with, baseline *service) (ratio float64, failures int) {
	t.Helper()
	var ratios []float64
	for turn := range 60 {
		var p99 [2]float64
		for i := range p99 {
			i := (i + turn) % 2 // none is always the first
			l := runFor(t, 100*time.Millisecond, 2, get(item([]*service{with, baseline}[i].URL)))
			p99[i] = percentile(l.answers, 0.99).Seconds()
			failures += len(failed(l.answers))
		}
		ratios = append(ratios, p99[0]/p99[1])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], failures
}
