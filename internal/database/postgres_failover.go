package database

import (
	"context"
	"database/sql/driver"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/singleflight"
)

// patience is how long a connection is in use before somebody asks whether its server
// is still the one that takes writes.
const patience = time.Second

// following opens connections to the one of several servers that takes writes, and
// leaves the others. A server that hangs does not end its connections: who waits on
// one of them learns from a new connection that another has taken over.
type following struct {
	driver.Connector
	primary *primary
}

// primary is the server that the newest connection goes to.
type primary struct {
	server atomic.Value
	names  sync.Map // by address
	asked  singleflight.Group
}

// lookup notes whose the addresses are that it finds: a server may have several.
func (p *primary) lookup(find pgconn.LookupFunc) pgconn.LookupFunc {
	return func(ctx context.Context, name string) ([]string, error) {
		addresses, err := find(ctx, name)
		for _, address := range addresses {
			p.names.Store(address, name)
		}
		return addresses, err
	}
}

// serverAt returns the name and port of the server with that address.
func (p *primary) serverAt(address string) string {
	host, port, _ := net.SplitHostPort(address)
	if name, ok := p.names.Load(host); ok {
		return net.JoinHostPort(name.(string), port)
	}
	return address // a socket of this machine
}

// Connect opens a connection that is in use.
func (c following) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	r := conn.(*retrier)
	network := r.Conn.Conn().PgConn().Conn()
	f := &follower{retrier: r, servers: c, network: network, server: c.primary.serverAt(network.RemoteAddr().String())}
	c.primary.server.Store(f.server)
	f.timer = time.AfterFunc(math.MaxInt64, f.watch)
	f.use()
	return f, nil
}

// ask finds out which server takes writes. Many who ask at once are one question.
func (c following) ask() {
	_, _, _ = c.primary.asked.Do("", func() (any, error) {
		if conn, err := c.Connect(context.Background()); err == nil {
			_ = conn.Close() // it has told what it was opened for
		}
		return nil, nil
	})
}

type follower struct {
	*retrier
	servers following
	server  string
	network net.Conn
	timer   *time.Timer
	used    atomic.Bool
}

// left reports whether another server takes writes now.
func (f *follower) left() bool { return f.servers.primary.server.Load() != f.server }

// use begins to watch the connection.
func (f *follower) use() {
	f.used.Store(true)
	f.timer.Reset(patience)
}

// rest ends what use began.
func (f *follower) rest() {
	f.used.Store(false)
	f.timer.Stop()
}

// watch ends the network connection, and so whatever waits for it, when the server is
// left, and else looks again later.
func (f *follower) watch() {
	if !f.used.Load() {
		return
	}
	f.servers.ask()
	if f.left() {
		_ = f.network.Close() // whoever uses it has the error
		return
	}
	f.timer.Reset(patience)
}

// ResetSession reports whether a connection of the pool may be used.
func (f *follower) ResetSession(ctx context.Context) error {
	if f.left() {
		return driver.ErrBadConn
	}
	if err := f.retrier.ResetSession(ctx); err != nil {
		return err
	}
	f.use()
	return nil
}

// IsValid reports whether the connection may go back to the pool.
func (f *follower) IsValid() bool {
	f.rest()
	return f.retrier.IsValid() && !f.left()
}

// Close closes the connection.
func (f *follower) Close() error {
	f.rest()
	return f.retrier.Close()
}
