package app

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/database"
	"example.com/templatesite/internal/oidc"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/tracing"
	"example.com/templatesite/internal/web"
)

// config holds every setting of the service. A field is a flag and an environment variable;
// its help is its documentation.
type config struct {
	Address                hostPort       `default:"localhost:8000" help:"Where the API listens. If it is not set, PORT is the port on all addresses."`
	AdminAddress           adminAddress   `default:"localhost:8001" empty:"off" help:"Where operators find metrics, profiles and more. Empty disables it."`                                                    // feature: admin
	AdminToken             string         `secret:"all" guard:"" help:"Token for the admin address. It is sent as a bearer token, or as the password with any user name. If it is empty, no token is needed."` // feature: admin
	DatabaseURL            string         `name:"database-url" default:"${database_url}" secret:"url" help:"${database_url_help}"`
	DatabaseServer         databaseServer `embed:""` // feature: postgres
	DatabaseMaxConnections count          `default:"10" help:"Maximum number of connections in the pool."`
	AllowedHosts           []string       `default:"localhost,127.0.0.1,::1" help:"Host names to answer, without ports. A request for any other gets a 421. .example.org matches the domain and its subdomains, * matches any host."`
	AllowedOrigins         []string       `help:"Other origins whose scripts may use the API (CORS). Each is a scheme and a host, as in https://app.example.org."` // feature: cors
	TrustedProxies         []netip.Prefix `help:"Networks whose X-Forwarded headers are trusted, as in 10.0.0.0/8. The headers are X-Forwarded-For, -Proto and -Host."`
	LogLevel               logLevel       `default:"info" help:"debug, info, warn or error. Operators can change it while the service runs."`
	LogFormat              logFormat      `help:"text or json. By default text on a terminal, else json."`
	SyslogAddress          syslogAddress  `help:"tcp://HOST:PORT or udp://HOST:PORT of a log server. It also gets the records of level info and above."` // feature: syslog
	Authentication         authentication `default:"off" guard:"" help:"Which requests need a caller: off, write or all. None, changes, or everything but health, / and documents."`
	AuditRetention         time.Duration  `default:"8760h" help:"How long the audit trail keeps a change; 0 keeps everything."` // feature: audit
	DrainDelay             time.Duration  `default:"1s" help:"How long the service accepts requests after a stop signal. Load balancers need this time to notice it."`
	ShutdownTimeout        time.Duration  `default:"6s" help:"How long requests in flight may take to finish after that."`
	RequestTimeout         time.Duration  `default:"10s" help:"How long a request may take."`
	MaxInFlight            count          `default:"16" help:"Concurrent reads; writes get half as many. Up to eight times as many requests wait briefly, the rest get a 503."`
	MaxBodyBytes           count          `default:"1048576" help:"Maximum size of a request body in bytes."`
	SilencedChecks         check.Silences `help:"Checks that app check does not report, as ID=REASON;ID=REASON."` // feature: check

	Throttle throttleSettings `embed:""` // feature: throttle
	OIDC     oidc.Settings    `embed:""` // feature: oidc
	Tracing  tracing.Settings `embed:""` // feature: traces
}

type (
	hostPort       string
	logLevel       slog.Level
	logFormat      string
	authentication string
	count          int64
)

// String returns the level as the setting is written.
func (l logLevel) String() string { return strings.ToLower(slog.Level(l).String()) }

// portVariable names the port on many platforms.
const portVariable = "PORT"

func wildcardAddress(port string) string { return ":" + port }

// isWildcard reports whether the host means all addresses of the machine.
func isWildcard(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip.IsUnspecified()
}

// options returns the options for the database that the settings name.
func (p *program) options() database.Options {
	o := database.Options{URL: p.config.DatabaseURL, MaxConnections: int(p.config.DatabaseMaxConnections)}
	p.addSession(&o) // feature: postgres
	return o
}

// openExisting opens the database for a command that does not create it.
func (p *program) openExisting() (*database.DB, error) {
	db, err := database.Open(p.options())
	if err == nil { // feature: sqlite
		err = p.checkExists(db)
	}
	return db, err
}

// checkSettings reports to source the problems that parsing single values cannot find.
func (s Service) checkSettings(c *config, source *settings.Source) {
	var err error
	if c.AllowedHosts, err = parseHosts(c.AllowedHosts); err != nil {
		source.Problem("ALLOWED_HOSTS", err)
	}
	if c.RequestTimeout == 0 {
		source.Problem("REQUEST_TIMEOUT", errors.New("must be greater than 0"))
	}
	canIdentify := slices.Contains([]bool{
		s.Tokens,       // feature: tokens
		c.OIDC.IsSet(), // feature: oidc
	}, true)
	if c.Authentication != authentication(web.AuthenticationOff) && !canIdentify {
		source.Problem("AUTHENTICATION", errors.New("must be off: nothing in this service can tell who a caller is. Let a proxy in front authenticate clients"))
	}
	c.checkOrigins(source)          // feature: cors
	c.OIDC.Check(source.Problem)    // feature: oidc
	c.checkAdmin(source)            // feature: admin
	c.Tracing.Check(source.Problem) // feature: traces
	if err := database.CheckURL(c.DatabaseURL); err != nil {
		source.Problem("DATABASE_URL", err)
	}
	c.checkServer(source) // feature: postgres
}

type settingsCommand struct{}

func (settingsCommand) Run(p *program) error { return settings.Print(p.stdout, p.settings) }
