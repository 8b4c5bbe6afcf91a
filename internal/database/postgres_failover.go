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

// checkInterval is how long a connection is in use before the first check whether its server
// is still the primary, and the time between the checks.
const checkInterval = time.Second

// failoverConnector opens connections to the primary, the one of several servers that
// takes writes, and gives up connections to a server that is no longer the primary. A
// server that hangs does not close its connections: only a new connection shows that
// another server has taken over.
type failoverConnector struct {
	driver.Connector
	primary *primary
}

// primary is the server that the newest connection goes to.
type primary struct {
	server atomic.Value
	names  sync.Map // of servers, by address
	check  singleflight.Group
}

// lookup returns a LookupFunc that remembers the server's name for each address that find
// returns: a server may have several addresses.
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

// Connect opens a connection and starts to watch it, since it is in use at once.
func (c failoverConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	r := conn.(*retryConn)
	network := r.Conn.Conn().PgConn().Conn()
	own := &failoverConn{retryConn: r, connector: c, network: network, server: c.primary.serverAt(network.RemoteAddr().String())}
	c.primary.server.Store(own.server)
	own.timer = time.AfterFunc(math.MaxInt64, own.watch)
	own.startWatch()
	return own, nil
}

// findPrimary opens a connection to find out which server is the primary. Concurrent calls
// share one connection.
func (c failoverConnector) findPrimary() {
	_, _, _ = c.primary.check.Do("", func() (any, error) {
		if conn, err := c.Connect(context.Background()); err == nil {
			_ = conn.Close() // Connect has recorded its server
		}
		return nil, nil
	})
}

type failoverConn struct {
	*retryConn
	connector failoverConnector
	server    string
	network   net.Conn
	timer     *time.Timer
	inUse     atomic.Bool
}

// stale reports whether another server is the primary now.
func (c *failoverConn) stale() bool { return c.connector.primary.server.Load() != c.server }

func (c *failoverConn) startWatch() {
	c.inUse.Store(true)
	c.timer.Reset(checkInterval)
}

func (c *failoverConn) stopWatch() {
	c.inUse.Store(false)
	c.timer.Stop()
}

// watch closes the network connection when it is stale, which ends the statement that
// waits for it with an error. Otherwise it checks again after checkInterval.
func (c *failoverConn) watch() {
	if !c.inUse.Load() {
		return
	}
	c.connector.findPrimary()
	if c.stale() {
		_ = c.network.Close() // the statement reports the error
		return
	}
	c.timer.Reset(checkInterval)
}

// ResetSession reports whether a connection of the pool may be used.
func (c *failoverConn) ResetSession(ctx context.Context) error {
	if c.stale() {
		return driver.ErrBadConn
	}
	if err := c.retryConn.ResetSession(ctx); err != nil {
		return err
	}
	c.startWatch()
	return nil
}

// IsValid reports whether the connection may go back to the pool.
func (c *failoverConn) IsValid() bool {
	c.stopWatch()
	return c.retryConn.IsValid() && !c.stale()
}

// Close closes the connection.
func (c *failoverConn) Close() error {
	c.stopWatch()
	return c.retryConn.Close()
}
