package app

import (
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
	Timeout time.Duration `default:"5s" help:"How long to wait for the answer."`
}

// Help is shown by app healthcheck --help.
func (healthcheckCommand) Help() string {
	return `Sends GET /healthcheck to ADDRESS.

Examples:
  app healthcheck && echo ready
  app healthcheck --address :8080`
}

// Run prints the response, and fails if its status is not 200.
func (c healthcheckCommand) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, c.Timeout)
	defer cancel()
	host, port, err := net.SplitHostPort(string(p.config.Address))
	if err != nil {
		return err
	}
	if isWildcard(host) {
		host = "localhost"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthcheck", nil)
	if err != nil {
		return err
	}
	r.Host = allowedHost(p.config.AllowedHosts)
	// A new Transport ignores HTTP_PROXY.
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return fmt.Errorf("the service does not answer: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(p.stdout, io.LimitReader(response.Body, 64<<10)); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New("not ready: " + response.Status)
	}
	return nil
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
