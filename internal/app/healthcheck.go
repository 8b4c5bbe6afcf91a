package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type healthcheckCommand struct {
	Live    bool          `help:"Ask for what an engine may restart the service: it does not respond, or has not been ready since its start."`
	Timeout time.Duration `default:"5s" help:"How long to wait for the answer."`
}

// Help is shown by app healthcheck --help.
func (healthcheckCommand) Help() string {
	return `Sends GET /healthcheck, or GET /livez with --live, to ADDRESS.

A service whose database is away is not ready, but no restart would help it: what restarts
containers should ask with --live, what sends requests to them without.

Examples:
  app healthcheck && echo ready
  app healthcheck --live
  app healthcheck --address :8080`
}

// Run prints the response, and fails if the service is not ready or, with Live, not alive.
func (c healthcheckCommand) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()
	path := "/healthcheck"
	if c.Live {
		path = "/livez"
	}
	status, body, err := ask(ctx, p.config, path)
	if err != nil {
		return fmt.Errorf("the service does not answer: %w", err)
	}
	if _, err := p.stdout.Write(body); err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("not ready: %d %s", status, http.StatusText(status))
	}
	if c.Live && !bytes.Contains(body, []byte(`"started":true`)) {
		return errors.New("it has not been ready since its start")
	}
	return nil
}

// ask sends a request to the service that has these settings.
func ask(ctx context.Context, c *config, path string) (status int, body []byte, err error) {
	host, port, err := net.SplitHostPort(string(c.Address))
	if err != nil {
		return 0, nil, err
	}
	if isWildcard(host) {
		host = "localhost"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Host = allowedHost(c.AllowedHosts)
	// A new Transport ignores HTTP_PROXY.
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, body, err
}

// allowedHost returns a host that ALLOWED_HOSTS allows. The address that the request is sent
// to may not be one.
func allowedHost(allowed []string) string {
	if len(allowed) == 0 || allowed[0] == "*" {
		return "localhost"
	}
	host := strings.TrimPrefix(allowed[0], ".")
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}
