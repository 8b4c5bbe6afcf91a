package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/logging"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/tracing"
)

// config is every setting of the service. A field is a flag, and an environment
// variable of the same name in capitals; its help is its documentation.
type config struct {
	Address                hostPort       `default:"localhost:8000" help:"Where the API listens."`
	AdminAddress           adminAddress   `default:"localhost:8001" help:"Where operators look: a page that leads to live plots, health, metrics, profiles, log level and settings. Empty switches it off."`
	AdminToken             string         `secret:"all" help:"What operators bring to that address: as a bearer token, or as the password of any user. Without one, everybody who can reach it may look."`
	DatabaseURL            string         `name:"database-url" default:"sqlite:templatesite.db" secret:"url" help:"sqlite:PATH or postgres://…; several hosts are allowed."`
	DatabasePassword       string         `secret:"all" help:"Overrides the password of the URL."`
	DatabaseMaxConnections count          `default:"10" help:"How many connections the pool holds at most."`
	AllowedHosts           []string       `default:"localhost,127.0.0.1,::1" help:"Hosts that are answered; .example.com means all of that domain, * means any."`
	TrustedProxies         []netip.Prefix `help:"Networks whose X-Forwarded-For, -Proto and -Host are believed, as in 10.0.0.0/8."`
	LogLevel               slog.Level     `default:"info" help:"debug, info, warn or error. It can be changed while running, on the admin address."`
	LogFormat              logFormat      `help:"text or json. By default text on a terminal, else json."`
	SyslogAddress          syslogAddress  `help:"tcp://HOST:PORT or udp://HOST:PORT: records of level info and up go there, too."`
	Environment            environment    `default:"development" help:"development or production."`
	DrainDelay             time.Duration  `default:"1s" help:"How long requests are still taken after a signal to stop, while balancers notice."`
	ShutdownTimeout        time.Duration  `default:"6s" help:"How long requests in flight get to finish after that."`
	RequestTimeout         time.Duration  `default:"10s" help:"How long a request may take."`
	MaxInFlight            count          `default:"16" help:"How many reads of resources are worked on at once, and half as many changes; eight times as many wait a moment, more are refused with a 503."`
	MaxBodyBytes           count          `default:"1048576" help:"How large the body of a request may be."`

	Tracing tracing.Settings `embed:""`
}

type (
	hostPort      string
	adminAddress  string
	logFormat     string
	syslogAddress string
	environment   string
	count         int64
)

// settingTypes tells kong how to read the types above.
func settingTypes(s *settings.Source) []kong.Option {
	return []kong.Option{
		settings.Type(s, parseHostPort),
		settings.Type(s, func(text string) (adminAddress, error) {
			if text == "" {
				return "", nil
			}
			address, err := parseHostPort(text)
			return adminAddress(address), err
		}),
		settings.Type(s, parseNetwork),
		settings.Type(s, parseSyslogAddress),
		settings.Type(s, parseLevel),
		settings.Type(s, oneOf[logFormat](logging.Text, logging.JSON)),
		settings.Type(s, oneOf[environment]("development", "production")),
		settings.Type(s, parseDuration),
		settings.Type(s, func(text string) (count, error) {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 1 {
				return 0, errors.New("it must be a whole number from 1 on")
			}
			return count(n), nil
		}),
	}
}

func parseHostPort(text string) (hostPort, error) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New("it must be host:port, as in localhost:8000 or :8000")
	}
	return hostPort(text), nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return network, errors.New("it must be a network, as in 10.0.0.0/8")
	}
	return network, nil
}

func parseSyslogAddress(text string) (syslogAddress, error) {
	if text == "" {
		return "", nil
	}
	_, err := logging.SyslogURL(text)
	return syslogAddress(text), err
}

func parseLevel(text string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return 0, errors.New("it must be debug, info, warn or error")
	}
	return level, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, errors.New("it must be a duration, as in 500ms, 30s or 1m30s")
	}
	return d, nil
}

func oneOf[T ~string](a, b T) func(string) (T, error) {
	return func(text string) (T, error) {
		if T(text) != a && T(text) != b {
			return "", fmt.Errorf("it must be %s or %s", a, b)
		}
		return T(text), nil
	}
}

// options say which database the settings name.
func (c *config) options() database.Options {
	return database.Options{
		URL:            c.DatabaseURL,
		Password:       c.DatabasePassword,
		MaxConnections: int(c.DatabaseMaxConnections),
	}
}

// openExisting opens the database for a command that needs one.
func (c *config) openExisting() (*database.DB, error) {
	db, err := database.Open(c.options())
	if err != nil {
		return nil, err
	}
	if err := db.Exists(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// publishedPassword is the one in docker/db/password.development, which everyone
// can read.
const publishedPassword = "development-only-password"

// minToken is how long a token must be, so that nobody guesses it.
const minToken = 16

func strongToken(token string) bool {
	return len(token) >= minToken && !strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' })
}

// check reports, as problems of s, what no single value shows.
func (c *config) check(s *settings.Source) {
	for i, host := range c.AllowedHosts {
		c.AllowedHosts[i] = strings.TrimSpace(host)
	}
	if slices.Contains(c.AllowedHosts, "") || len(c.AllowedHosts) == 0 {
		s.Problem("ALLOWED_HOSTS", errors.New("must name at least one host, and no empty one"))
	}
	if c.AdminToken != "" && !strongToken(c.AdminToken) {
		s.Problem("ADMIN_TOKEN", fmt.Errorf("must be %d printable ASCII characters or more, without spaces, as openssl rand -hex 32 makes them", minToken))
	}
	if c.RequestTimeout == 0 {
		s.Problem("REQUEST_TIMEOUT", errors.New("must be longer than nothing"))
	}
	c.Tracing.Check(s.Problem)
	db, err := database.Open(c.options())
	if err != nil {
		s.Problem("DATABASE_URL", database.CheckURL(c.DatabaseURL))
		return
	}
	if c.Environment == "production" && db.HasPassword(publishedPassword) {
		s.Problem("DATABASE_PASSWORD", errors.New("is the published one of development, and ENVIRONMENT is production: choose another"))
	}
	if err := db.Close(); err != nil {
		s.Problem("DATABASE_URL", err)
	}
}
