package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"time"

	"example.com/templatesite/internal/admin"
	"example.com/templatesite/internal/health"
	"example.com/templatesite/internal/middleware"
	"example.com/templatesite/internal/server"
	"example.com/templatesite/internal/settings"
	"example.com/templatesite/internal/web"
)

// adminWriteTimeout bounds the time until an operator's client has read a response. Long ones
// extend it.
const adminWriteTimeout = 30 * time.Second

// adminServer is the second server, for operators only.
type adminServer struct {
	url  string
	stop func()
}

// serveAdmin starts the admin server, unless its address is empty.
func (p *program) serveAdmin(s parts, level *slog.LevelVar) (*adminServer, error) {
	c, log := p.config, s.log
	if c.AdminAddress == "" {
		return &adminServer{"off", func() {}}, nil
	}
	listeners, err := listen(p.ctx, "ADMIN_ADDRESS", string(c.AdminAddress))
	if err != nil {
		return nil, err
	}
	if address, ok := listeners[0].Addr().(*net.TCPAddr); ok && !address.IP.IsLoopback() && c.AdminToken == "" {
		log.Warn("the admin address is open to everyone who can reach it: set ADMIN_TOKEN, or keep it on a private network", "address", address.String())
	}
	pages := p.adminPages(s, admin.NewLevel(level, log))
	guard := admin.NewGuard(c.AdminToken, p.readAdminToken(), log)
	pages.Handle("GET /metrics", s.hooks.registry.Handler()) // feature: metrics
	guard.OnWrong = s.hooks.registry.WrongTokens()           // feature: metrics
	pagesServer := &server.Server{
		Handler: web.Chain(pages,
			middleware.RequestInfo(c.TrustedProxies),
			middleware.ClearUnknownHosts(c.AllowedHosts),
			middleware.Recover(log),
			middleware.RefuseUnknownHosts(func(string) bool { return false }),
			middleware.CrossOrigin(),
			guard.Middleware,
		),
		Log:             log,
		WriteTimeout:    adminWriteTimeout,
		ShutdownTimeout: 100 * time.Millisecond,
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.ctx))
	stopped := make(chan error, 1)
	go func() { stopped <- pagesServer.Run(ctx, listeners...) }()
	return &adminServer{listeningAt(string(c.AdminAddress), listeners), func() {
		cancel()
		// A profile in progress must not delay the end of the service.
		if err := <-stopped; err != nil {
			log.Debug("the admin server did not end in time", "error", err)
		}
		guard.Close()
		pages.Close()
	}}, nil
}

// adminPages returns the handler of the admin address.
func (p *program) adminPages(s parts, level *admin.Level) *admin.Admin {
	all := make([]admin.Setting, len(p.settings))
	for i, setting := range p.settings {
		all[i] = admin.Setting(setting)
	}
	b := p.service.build()
	return admin.New(admin.Options{
		Name: p.service.Name, Version: b.Version, Commit: b.Commit,
		Icon:     p.icon(), // feature: static
		Ready:    func(ctx context.Context) bool { return s.ready.Check(ctx).Status == "ok" },
		Health:   s.ready.Details,
		Numbers:  s.hooks.registry, // feature: plots
		Probe:    health.IsProbe,   // feature: plots
		Level:    level,
		Settings: all,
		Print:    func(w io.Writer) error { return settings.Print(w, p.settings) },
	})
}
