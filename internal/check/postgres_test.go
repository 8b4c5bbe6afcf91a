package check_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/templatesite/internal/check"
	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/postgrestest"
)

const published = "the-published-one"

func init() {
	url := func(url, password string) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			having(check.Postgres{URL: url, Password: password, Published: published, Production: password != ""})(t, s)
			s.Reach = func(context.Context) error { return errors.New("there is no such server") }
		}
	}
	const far = "postgres://app@db.example.org/app"
	cases = append(cases,
		tested{"environment.development", url(far, ""), url(far, strongSecret)},
		tested{"postgres.published-password", url("postgres://app:"+published+"@db/app", ""), url(far, strongSecret)},
		tested{"postgres.published-password", url(far, published), url("postgres://app:"+published+"@db/app", strongSecret)},
		tested{"postgres.no-password", url(far+"?password=", ""), url(far, strongSecret)}, // whatever PGPASSWORD is
		tested{"postgres.no-password", url(far+"?password=", ""), url("postgres://app@/app?host=/run/postgresql", "")},
		tested{"postgres.tls-unverified", url(far, ""), url(far+"?sslmode=verify-full", "")},
		tested{"postgres.tls-unverified", url(far+"?sslmode=require", ""), url(far+"?sslmode=disable", "")}, // that is no-tls
		tested{"postgres.tls-unverified", url(far+"?sslmode=prefer", ""), url("postgres://app@localhost/app?sslmode=prefer", "")},
	)
	for _, weak := range weakSecrets {
		cases = append(cases, tested{"postgres.weak-password", url(far, weak), url(far, strongSecret)})
	}
	// Parameters of the URL are those of the session.
	for _, c := range []struct{ id, wrong, right string }{
		{"postgres.synchronous-commit", "synchronous_commit=off", "synchronous_commit=on"},
		{"postgres.read-only", "default_transaction_read_only=on", ""},
		{"postgres.statement-timeout", "statement_timeout=0", ""},
		{"postgres.idle-in-transaction", "idle_in_transaction_session_timeout=0", "idle_in_transaction_session_timeout=60000"},
	} {
		with := func(parameter string) func(*testing.T, *check.Subject) {
			return func(t *testing.T, s *check.Subject) {
				url := databasetest.PostgresURL(t, nil)
				separator := "?"
				if strings.Contains(url, "?") {
					separator = "&"
				}
				if parameter != "" {
					url += separator + parameter
				}
				onServer(t, s, url)
			}
		}
		cases = append(cases, tested{c.id, with(c.wrong), with(c.right)})
	}
	pool := func(size int) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			onServer(t, s, databasetest.PostgresURL(t, nil))
			s.Pool = size
		}
	}
	clock := func(wrong time.Duration) func(*testing.T, *check.Subject) {
		return func(t *testing.T, s *check.Subject) {
			onServer(t, s, databasetest.PostgresURL(t, nil))
			s.Now = func() time.Time { return time.Now().Add(wrong) }
		}
	}
	cases = append(cases,
		tested{"postgres.connections", pool(100_000), pool(1)},
		tested{"postgres.clock", clock(2500 * time.Millisecond), clock(-1500 * time.Millisecond)},
		tested{"postgres.clock", clock(-2500 * time.Millisecond), clock(0)},
	)
	for _, c := range []struct {
		id, wrong, right string
	}{
		{"postgres.fsync", "unsafe postgres postgres", "safe app app"},
		{"postgres.full-page-writes", "unsafe postgres postgres", "safe app app"},
		{"postgres.superuser", "safe postgres app", "safe app app"},
		{"postgres.privileges", "safe maker app", "safe app app"},
		{"postgres.privileges", "safe reader app", "safe postgres app"}, // a superuser is another check's
		{"postgres.owner", "safe maker owned", "safe app app"},
		{"postgres.owner", "safe owner app", "safe postgres app"},
		{"postgres.public-schema", "safe app open", "safe app app"},
		{"postgres.no-tls", "safe app app?sslmode=disable", "safe app app?sslmode=require"},
	} {
		cases = append(cases, tested{c.id, asRole(c.wrong), asRole(c.right)})
	}
}

// onServer makes a database of PostgreSQL the subject's.
func onServer(t *testing.T, s *check.Subject, url string) {
	t.Helper()
	having(check.Postgres{URL: url, Production: true})(t, s)
	s.Pool = 2
	connect(t, s, url)
}

// asRole returns a change to "SERVER ROLE DATABASE" of servers.
func asRole(where string) func(*testing.T, *check.Subject) {
	return func(t *testing.T, s *check.Subject) {
		t.Helper()
		if err := started(); errors.Is(err, postgrestest.ErrNotInstalled) && os.Getenv("REQUIRE_POSTGRES_SERVER") != "1" {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		fields, address := strings.Fields(where), ownAddress(t)
		if address == "127.0.0.1" && strings.Contains(where, "sslmode") {
			t.Skip("this machine has no address but loopback, which needs no encryption")
		}
		onServer(t, s, "postgres://"+fields[1]+"@"+net.JoinHostPort(address, servers[fields[0]].Port)+"/"+fields[2])
	}
}

// ownAddress returns the address of this machine in its network, if it has one.
func ownAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && !network.IP.IsLoopback() {
			return network.IP.String()
		}
	}
	return "127.0.0.1"
}

// The servers that roles are tried on: "safe" is as it should be, "unsafe" loses data.
var (
	servers = map[string]*postgrestest.Server{}
	started = sync.OnceValue(startServers)
)

func TestMain(m *testing.M) {
	m.Run()
	for _, server := range servers {
		_ = server.Close() // it is killed in any case
	}
}

func startServers() error {
	folder, err := os.MkdirTemp("", "check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) // the servers have read it by then
	options, err := encryption(folder)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for name, more := range map[string][]string{"safe": {"fsync=on"}, "unsafe": {"fsync=off", "full_page_writes=off"}} {
		server, err := postgrestest.Start(ctx, append(options, more...)...)
		if err != nil {
			return err
		}
		servers[name] = server
	}
	for _, step := range [][2]string{
		{"postgres", "create role app login; create role maker login createdb createrole; create role owner login; create role reader login in role pg_read_server_files"},
		{"postgres", "create database app"},
		{"postgres", "create database owned owner maker"},
		{"postgres", "create database open"},
		{"app", "create schema other authorization owner; create table other.things (); alter table other.things owner to owner"},
		{"open", "grant create on schema public to public"},
	} {
		conn, err := pgx.Connect(ctx, servers["safe"].URL(step[0]))
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, step[1])
		if err = errors.Join(err, conn.Close(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// encryption returns the options of a server on all addresses that accepts roles of this machine,
// with a certificate.
func encryption(folder string) ([]string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	options := []string{"listen_addresses=*", "ssl=on"}
	for option, text := range map[string][]byte{
		"ssl_cert_file": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		"ssl_key_file":  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		"hba_file":      []byte("host all all samehost trust\n"),
	} {
		name := filepath.Join(folder, option)
		if err := errors.Join(os.WriteFile(name, text, 0o600), give(name)); err != nil {
			return nil, err
		}
		options = append(options, option+"="+name)
	}
	return options, give(folder)
}

// give makes the user postgres the owner of a file if this process is root, because the server then
// runs as that user.
func give(name string) error {
	owner, err := user.Lookup("postgres")
	if os.Geteuid() != 0 || err != nil {
		return nil // without the user, there is no server
	}
	uid, _ := strconv.Atoi(owner.Uid) // on systems with root they are numbers
	return os.Chown(name, uid, -1)
}
