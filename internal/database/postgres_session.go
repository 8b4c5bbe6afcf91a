package database

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// startup are the settings that every connection starts with, regardless of the server, the
// database, the role or the URL: they decide how text is read and written. PgBouncer keeps
// exactly these for each client.
var startup = map[string]string{
	"client_encoding":             "UTF8",
	"DateStyle":                   "ISO, MDY",
	"TimeZone":                    "UTC",
	"standard_conforming_strings": "on",
}

// session are the settings, by name, that a connection gets after it is opened: a pooler
// would refuse them at the start.
type session map[string]string

// session returns the settings of the options, and the others that the code relies on.
// Settings in the URL win, since the URL is only for this service.
func (o Options) session(url map[string]string) session {
	s := session{
		"lock_timeout":                  milliseconds(o.LockTimeout),
		"statement_timeout":             milliseconds(o.StatementTimeout),
		"default_transaction_isolation": "read committed",
		"IntervalStyle":                 "postgres",
		"bytea_output":                  "hex",
		"extra_float_digits":            "1",
	}
	maps.DeleteFunc(s, func(name, _ string) bool { return sets(url, name) })
	return s
}

// sets reports whether the parameters of a connection contain a setting.
func sets(parameters map[string]string, setting string) bool {
	for name := range parameters {
		if strings.EqualFold(name, setting) {
			return true
		}
	}
	return strings.Contains(parameters["options"], setting)
}

// pin puts the startup settings into the parameters of a connection, and the name of the
// program unless they have one.
func pin(parameters map[string]string, program string) {
	for name, value := range startup {
		maps.DeleteFunc(parameters, func(other, _ string) bool { return strings.EqualFold(name, other) })
		parameters[name] = value
	}
	if parameters["application_name"] == "" {
		parameters["application_name"] = program
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// sql returns a statement that applies the settings: for one transaction if the SQL
// expression local is true, else for the session.
func (s session) sql(local string) string {
	var set strings.Builder
	set.WriteString("select pg_backend_pid()")
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&set, ", set_config('%s', '%s', %s)", name, s[name], local)
	}
	return set.String()
}

// apply applies the settings to a connection that was just opened, and finds out whether it
// leads to a pooler: the process that runs the statement is then not the one that the
// connection has named. Through a pooler it applies nothing, since the settings would stay
// for the next client of that process.
func (s session) apply(ctx context.Context, conn *pgconn.PgConn) error {
	pid := strconv.FormatUint(uint64(conn.PID()), 10)
	results, err := conn.Exec(ctx, s.sql("pg_backend_pid() <> "+pid)).ReadAll()
	if err != nil {
		return fmt.Errorf("set up the session: %w", err)
	}
	conn.CustomData()[poolerKey] = string(results[0].Rows[0][0]) != pid
	return nil
}

// poolerKey is the key under which a connection keeps whether it leads to a pooler.
const poolerKey = "pooled"
