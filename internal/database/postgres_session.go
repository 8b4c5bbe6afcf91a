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

// startup are the settings that a connection begins with, whatever the server, the
// database, the role or the URL say: on them depends how text is read and written. They
// are those that PgBouncer keeps for each client.
var startup = map[string]string{
	"client_encoding":             "UTF8",
	"DateStyle":                   "ISO, MDY",
	"TimeZone":                    "UTC",
	"standard_conforming_strings": "on",
}

// session are the settings that a connection gets when it is open, by name. A pooler
// would refuse them at the start.
type session map[string]string

// session returns the settings of the options and those that the code relies on beyond
// startup's. The URL may say otherwise, as it is meant for us alone.
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

// sets reports whether the parameters of a connection have that setting.
func sets(parameters map[string]string, setting string) bool {
	for name := range parameters {
		if strings.EqualFold(name, setting) {
			return true
		}
	}
	return strings.Contains(parameters["options"], setting)
}

// pin puts the settings of startup into the parameters of a connection.
func pin(parameters map[string]string) {
	for name, value := range startup {
		maps.DeleteFunc(parameters, func(other, _ string) bool { return strings.EqualFold(name, other) })
		parameters[name] = value
	}
	if parameters["application_name"] == "" {
		parameters["application_name"] = "templatesite"
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// sql sets everything, for the transaction alone where the SQL expression local is true.
func (s session) sql(local string) string {
	var set strings.Builder
	set.WriteString("select pg_backend_pid()")
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&set, ", set_config('%s', '%s', %s)", name, s[name], local)
	}
	return set.String()
}

// settle sets everything on a connection that was just opened, and finds out whether a
// pooler is between us and the server: then the process that works for us is not the one
// that the connection has named. Nothing is set there, since the next client of that
// process would find it.
func (s session) settle(ctx context.Context, conn *pgconn.PgConn) error {
	pid := strconv.FormatUint(uint64(conn.PID()), 10)
	results, err := conn.Exec(ctx, s.sql("pg_backend_pid() <> "+pid)).ReadAll()
	if err != nil {
		return fmt.Errorf("set up the session: %w", err)
	}
	conn.CustomData()[pooledKey] = string(results[0].Rows[0][0]) != pid
	return nil
}

// pooledKey is where a connection keeps whether it leads to a pooler.
const pooledKey = "pooled"
