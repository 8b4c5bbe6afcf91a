package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// maxConnections is the size of the pool on both sides.
const maxConnections = 10

// process is a running server: the service, the baseline or nginx.
type process struct {
	*child
	name    string
	address string
	admin   string
	// ready is the time from the start to the first response.
	ready time.Duration
}

// start starts a program on free addresses with only the settings in environment, and waits until
// it is ready.
func start(ctx context.Context, name string, environment []string, log io.Writer, command ...string) (*process, error) {
	p := &process{name: name}
	var err error
	if p.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if p.admin, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	p.child, err = spawn(ctx, func(cmd *exec.Cmd) {
		cmd.Env = append([]string{"ADDRESS=" + p.address, "ADMIN_ADDRESS=" + p.admin}, environment...)
		cmd.Stdout = log
	}, command...)
	if err != nil {
		return nil, err
	}
	return p, p.await(ctx, get("/healthcheck"))
}

// await waits until a new process answers the request. It stops the process if it returns an error.
func (p *process) await(ctx context.Context, r request) error {
	for ; ; time.Sleep(time.Millisecond) {
		if err := once(ctx, p.address, r); err == nil {
			p.ready = time.Since(p.begin)
			return nil
		} else if time.Since(p.begin) > 20*time.Second || p.exited() {
			p.stop()
			return fmt.Errorf("the %s does not answer: %w", p.name, err)
		}
	}
}

// serviceEnv returns the environment of the service, independent of the developer's. All features
// have their defaults, apart from settings that would distort the comparison.
func serviceEnv(database string) []string {
	return []string{
		"DATABASE_URL=" + database,
		"DATABASE_MAX_CONNECTIONS=" + strconv.Itoa(maxConnections),
		"LOG_FORMAT=json",
		"DRAIN_DELAY=0s",
	}
}

// freeAddress returns an unused loopback address.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// memory returns the resident memory of the process in MB, or 0 on systems without /proc.
func (p *process) memory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	var kilobytes float64
	_, _ = fmt.Fscan(bytes.NewReader(rest), &kilobytes) // 0 if it is missing
	return kilobytes / 1024
}

// cpu returns the CPU time of the process and its children, or 0 on systems without /proc.
func (p *process) cpu() time.Duration {
	pid := p.cmd.Process.Pid
	total := processorTime(strconv.Itoa(pid))
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // no children if it is missing
	for _, child := range strings.Fields(string(children)) {
		total += processorTime(child)
	}
	return total
}

func processorTime(pid string) time.Duration {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	// See proc(5): field 3 follows the name in parentheses; fields 14 and 15 are the times in user
	// and kernel mode in hundredths of a second.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.Atoi(string(fields[14-3]))
	system, _ := strconv.Atoi(string(fields[15-3]))
	return time.Duration(user+system) * 10 * time.Millisecond
}

// fetchProfile saves a CPU profile of the service.
func (p *process) fetchProfile(ctx context.Context, seconds int, file string) error {
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", p.admin, seconds)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	profile, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(file, profile, 0o644)
}

// child is a running program. stop, or canceling the context, ends it.
type child struct {
	cmd    *exec.Cmd
	begin  time.Time
	cancel context.CancelFunc
	done   chan struct{}
}

// spawn starts a command. To end it, stop or ctx interrupts it, so that it can clean up, and kills
// it if that takes too long.
func spawn(ctx context.Context, prepare func(*exec.Cmd), command ...string) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	prepare(cmd)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	c := &child{cmd, begin, cancel, make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the program reports errors on standard error
		close(c.done)
	}()
	return c, nil
}

// stop interrupts the program and waits for its end.
func (c *child) stop() {
	c.cancel()
	<-c.done
}

// exited reports whether the program has ended.
func (c *child) exited() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}
