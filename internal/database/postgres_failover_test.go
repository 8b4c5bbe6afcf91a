package database_test

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"example.com/templatesite/internal/database"
)

// hanging is a proxy to a server. It can stop forwarding without closing its connections.
type hanging struct {
	net.Listener
	target string
	// epoch selects the connections that are forwarded: those opened in it; 0 selects none.
	epoch atomic.Int64
}

func newHanging(t *testing.T, target string) *hanging {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hanging{Listener: listener, target: target}
	h.epoch.Store(1)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go h.serve(t.Context(), conn)
		}
	}()
	return h
}

func (h *hanging) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	epoch := h.epoch.Load()
	server, err := net.Dial("tcp", h.target)
	if err != nil {
		return
	}
	defer server.Close()
	// At the end the connection must not stay open: the server could not drop the database.
	defer context.AfterFunc(ctx, func() { server.Close() })()
	pass := func(to, from net.Conn) {
		for piece := make([]byte, 64<<10); ; {
			n, err := from.Read(piece)
			if err != nil {
				return
			}
			if epoch == 0 || epoch != h.epoch.Load() {
				<-ctx.Done()
				return
			}
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
	}
	go pass(server, conn)
	pass(conn, server)
}

// beforeHang returns a warm pool whose connections go through the proxy. The second host, if
// there are two, is the same server without the proxy.
func beforeHang(t *testing.T, hosts int) (*database.DB, *hanging) {
	t.Helper()
	target := withoutTimeout(t, postgres(t))
	way := newHanging(t, target.Host)
	target.Host = way.Addr().String() + map[int]string{1: "", 2: "," + target.Host}[hosts]
	db, err := database.Open(database.Options{URL: target.String(), MaxConnections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // its connections may hang
	warm(t, db, "select 1")
	return db, way
}

// within fails the test when f fails or takes longer than limit.
func within(t *testing.T, limit time.Duration, f func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	start := time.Now()
	err := f(ctx)
	if took := time.Since(start); err != nil || took > limit {
		t.Errorf("%v after %v", err, took)
	}
}

func TestConnectionsThatDiedSilentlyAreReplacedWithinSeconds(t *testing.T) {
	db, way := beforeHang(t, 1)
	way.epoch.Add(1)
	time.Sleep(1100 * time.Millisecond) // then connections are pinged before their next use
	write := func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, "insert into note values (7)")
		return err
	}
	within(t, 3*time.Second, write)
	within(t, 900*time.Millisecond, write) // and without a ping, which would take a second
}

func TestPoolFailsOverFromAServerThatHangs(t *testing.T) {
	db, way := beforeHang(t, 2)
	way.epoch.Store(0)
	time.Sleep(1100 * time.Millisecond)
	for i := range 6 {
		limit := 900 * time.Millisecond // less than the ping of a connection that hangs
		if i == 0 {
			limit = 4 * time.Second
		}
		within(t, limit, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, "insert into note values (7)")
			return err
		})
	}
}

func TestStatementOnAServerThatHangsEndsSoon(t *testing.T) {
	for name, arguments := range map[string][]any{"insert into note values (7)": nil, "insert into note values ($1)": {7}} {
		t.Run(name, func(t *testing.T) {
			db, way := beforeHang(t, 2)
			way.epoch.Store(0)
			within(t, 3*time.Second, func(ctx context.Context) error {
				// It may have taken effect, so it is not sent again.
				if _, err := db.ExecContext(ctx, name, arguments...); !database.ConnectionLost(err) {
					return fmt.Errorf("no loss: %w", err)
				}
				return nil
			})
		})
	}
}

func TestLongStatementContinuesWhileItsServerIsThePrimary(t *testing.T) {
	db, _ := beforeHang(t, 2)
	within(t, 4*time.Second, func(ctx context.Context) error {
		_, err := db.ExecContext(ctx, "select pg_sleep(2.5)")
		return err
	})
}
