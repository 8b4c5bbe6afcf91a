package check

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Postgres is how the service connects to PostgreSQL.
type Postgres struct {
	// URL is "" if the service uses another engine. Password, unless it is empty, overrides the
	// URL's. Published is the password of development, which everyone knows.
	URL, Password, Published string
	// Production reports whether the service refuses what is for development.
	Production bool
}

// Checks returns what can be wrong with the server and how the service connects to it.
func (p Postgres) Checks() []Check {
	return []Check{
		{"environment.development", Error, Deploy, "Set ENVIRONMENT=production: the service then refuses the published password.", p.connection(p.development)},
		{"postgres.published-password", Error, Deploy, "Change the password: it is the published one of development.", p.connection(p.publishedPassword)},
		{"postgres.weak-password", Error, Deploy, "Choose another password, of 16 random characters or more: openssl rand -hex 32.", p.connection(weakPassword)},
		{"postgres.no-password", Warning, Deploy, "Give the role a password, or a client certificate, and let pg_hba.conf demand it.", p.connection(noPassword)},
		{"postgres.no-tls", Error, Deploy, "Add sslmode=verify-full to DATABASE_URL: what is sent can be read on the way.", p.query(`
			select 'the connection is not encrypted' from pg_stat_ssl
			where pid = pg_backend_pid() and not ssl and not inet_client_addr() <<= '127.0.0.0/8' and inet_client_addr() <> '::1'`)},
		{"postgres.tls-unverified", Warning, Deploy, "Use sslmode=verify-full in DATABASE_URL: else any machine on the way can pose as the server.", p.connection(unverified)},
		{"postgres.superuser", Error, Deploy, "Connect as a role of the service's own: create role app login.", p.query(`
			select format('the role %I is a superuser', rolname) from pg_roles where rolname = current_user and rolsuper`)},
		{"postgres.privileges", Warning, Deploy, "Take from the role what it does not need: alter role app nocreatedb nocreaterole; revoke …", p.query(rightsSQL)},
		{"postgres.owner", Warning, Deploy, "Let the role own the tables of the service and nothing else: alter database … owner to …", p.query(ownerSQL)},
		{"postgres.public-schema", Warning, Deploy, "revoke create on schema public from public: any role can put functions in the way of yours.", p.query(`
			select format('every role may make tables and functions in the schema %I', nspname) from pg_namespace
			where nspname = current_schema() and exists (select from aclexplode(nspacl) where grantee = 0 and privilege_type = 'CREATE')`)},
		{"postgres.fsync", Error, Deploy, "Set fsync = on: a crash of the machine can destroy the database.", p.query(off("fsync"))},
		{"postgres.full-page-writes", Error, Deploy, "Set full_page_writes = on: a crash of the machine can destroy the database.", p.query(off("full_page_writes"))},
		{"postgres.synchronous-commit", Error, Always, "Set synchronous_commit = on: a crash loses changes that were acknowledged.", p.query(off("synchronous_commit"))},
		{"postgres.read-only", Error, Always, "Name the primary in DATABASE_URL, or all servers: changes fail on this one.", p.query(`
			select 'the server accepts no changes' where pg_is_in_recovery() or current_setting('transaction_read_only') = 'on'`)},
		{"postgres.statement-timeout", Warning, Always, "Remove statement_timeout from DATABASE_URL, or behind a pooler set it on the role: a statement can run for good.", p.query(`
			select 'statements have no time limit' where current_setting('statement_timeout') = '0'`)},
		{"postgres.idle-in-transaction", Warning, Deploy, "alter role app set idle_in_transaction_session_timeout = '1min': a program that hangs keeps its locks.", p.query(`
			select 'transactions may idle for good' where current_setting('idle_in_transaction_session_timeout') = '0'`)},
		{"postgres.connections", Error, Always, "Lower DATABASE_MAX_CONNECTIONS, or raise max_connections: the pools of all replicas must fit.", p.largePool},
		{"postgres.clock", Error, Always, "Synchronize the clocks of both machines (NTP): times in rows and in the log disagree.", p.otherClock},
	}
}

// off returns a query that finds a setting that is off.
func off(setting string) string {
	return "select '" + setting + " is off' where current_setting('" + setting + "') = 'off'"
}

// rightsSQL finds what a role may do beyond the service's needs. A superuser may do everything.
const rightsSQL = `
	select format('the role %I may %s', rolname, string_agg(may, ', ')) from pg_roles r, lateral (values
		('create databases', rolcreatedb), ('create roles', rolcreaterole), ('replicate', rolreplication), ('ignore row security', rolbypassrls),
		('run programs on the server', pg_has_role(r.oid, 'pg_execute_server_program', 'member')),
		('read files of the server', pg_has_role(r.oid, 'pg_read_server_files', 'member')),
		('write files of the server', pg_has_role(r.oid, 'pg_write_server_files', 'member'))) as rights (may, granted)
	where rolname = current_user and not rolsuper and granted group by rolname`

// ownerSQL finds what a role owns beside the tables in its schema, at most three of them.
const ownerSQL = `
	select format('the role %I owns %s', current_user, string_agg(owned, ', ')) from (
		select owned from (
			select format('the database %I', datname) as owned, datdba as owner from pg_database where datname = current_database()
			union all
			select c.oid::regclass::text, relowner from pg_class c join pg_namespace n on n.oid = relnamespace
			where relkind in ('r', 'p', 'v', 'm') and nspname <> current_schema() and nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
		) as things
		where pg_has_role(owner, 'usage') and not (select rolsuper from pg_roles where rolname = current_user)
		order by owned limit 3) as own having count(*) > 0`

// query returns a Find for a query that returns what is wrong.
func (p Postgres) query(sql string) Find {
	return func(ctx context.Context, s *Subject) (string, error) {
		if p.URL == "" {
			return "", errDoesNotApply
		}
		return s.ask(ctx, sql)
	}
}

// connection returns a Find for how the service connects. Sockets of the machine do not count.
func (p Postgres) connection(wrong func(*pgx.ConnConfig) string) Find {
	return func(context.Context, *Subject) (string, error) {
		if p.URL == "" {
			return "", errDoesNotApply
		}
		config, err := pgx.ParseConfig(p.URL)
		if err != nil {
			return "", errUnreachable // the error may quote a password
		}
		if p.Password != "" {
			config.Password = p.Password
		}
		return wrong(config), nil
	}
}

func (p Postgres) development(*pgx.ConnConfig) string {
	return when(!p.Production, "ENVIRONMENT is development")
}

func (p Postgres) publishedPassword(config *pgx.ConnConfig) string {
	return when(config.Password == p.Published, "the password is the published one")
}

func weakPassword(config *pgx.ConnConfig) string {
	weakness := weakness(config.Password)
	return when(config.Password != "" && weakness != "", "the password is %s", weakness)
}

func noPassword(config *pgx.ConnConfig) string {
	certificate := config.TLSConfig != nil && len(config.TLSConfig.Certificates) > 0
	return when(config.Password == "" && !certificate && !isSocket(config.Host), "the server lets the service in without a password")
}

func isSocket(host string) bool { return strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") }

// unverified is about connections that are or may be encrypted. Those that cannot be are another
// check's.
func unverified(config *pgx.ConnConfig) string {
	attempts := append([]*pgconn.FallbackConfig{{Host: config.Host, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	attempts = slices.DeleteFunc(attempts, func(a *pgconn.FallbackConfig) bool { return isSocket(a.Host) || isLocal(a.Host) })
	encrypted := func(a *pgconn.FallbackConfig) bool { return a.TLSConfig != nil }
	verified := func(a *pgconn.FallbackConfig) bool { return encrypted(a) && !a.TLSConfig.InsecureSkipVerify }
	if !slices.ContainsFunc(attempts, encrypted) {
		return ""
	}
	for _, attempt := range attempts {
		if !verified(attempt) {
			return "the identity of the server is not verified"
		}
	}
	return ""
}

func (p Postgres) largePool(ctx context.Context, s *Subject) (string, error) {
	if p.URL == "" {
		return "", errDoesNotApply
	}
	return s.ask(ctx, `
		select format('the pool may have %s connections, and the server has %s for it', $1::int, available) from (
			select min(n) as available from (
				select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
					- coalesce(current_setting('reserved_connections', true)::int, 0) as n
				union all select rolconnlimit from pg_roles where rolname = current_user and rolconnlimit >= 0
				union all select datconnlimit from pg_database where datname = current_database() and datconnlimit >= 0) as limits) as least
		where available < $1::int`, s.Pool)
}

// maxSkew is how far two clocks may be apart.
const maxSkew = 2 * time.Second

// otherClock compares the clocks. The server has read its clock between start and end.
func (p Postgres) otherClock(ctx context.Context, s *Subject) (string, error) {
	if p.URL == "" {
		return "", errDoesNotApply
	}
	if s.reached() != nil {
		return "", errUnreachable
	}
	var clock time.Time
	start := s.Now()
	if err := s.DB.QueryRowContext(ctx, "select clock_timestamp()").Scan(&clock); err != nil {
		return "", err
	}
	end := s.Now()
	skew := max(start.Sub(clock), clock.Sub(end))
	return when(skew > maxSkew, "the clock of the database is off by %v", skew.Round(time.Millisecond)), nil
}
