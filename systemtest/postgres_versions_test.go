package systemtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	adviceForSchema = "The new migrations take away or change what the previous version uses, which still runs while they are applied, and runs again " +
		"after a rollback. Only add in this commit, and take away one release later: docs/migrations.md"
	adviceForCode = "The new version needs what its own migrations add, so it fails until they are applied. " +
		"Commit the migration first, and the code that uses it afterwards: docs/migrations.md"
)

// serveEachOthersSchema runs two versions under load: both together while the database is migrated,
// as in a rollout, the previous one alone afterwards, as after a rollback, and the next one on a
// database that is not migrated. It returns what fails, and what to do. A resource that is new or
// gone is not used.
func serveEachOthersSchema(t *testing.T, previous, next string, duration time.Duration) (complaints []string) {
	t.Helper()
	url := databaseOf(t, previous)
	old := startVersion(t, "the previous version", previous, url)
	time.Sleep(duration / 2)
	runProgram(t, next, url, "migrate")
	upgraded := startVersion(t, "the new version", next, url, old.names()...)
	time.Sleep(duration)
	complaints = append(complaints, verify("during a rollout", adviceForSchema, old, upgraded)...)
	upgraded.process.Kill()
	old.process.Kill()
	old = startVersion(t, "the previous version", previous, url, upgraded.names()...)
	time.Sleep(duration / 2)
	complaints = append(complaints, verify("after a rollback, on the new schema", adviceForSchema, old)...)

	early := startVersion(t, "the new version", next, databaseOf(t, previous), upgraded.names()...)
	time.Sleep(duration)
	return append(complaints, verify("on the previous schema", adviceForCode, early)...)
}

// verify ends the load on versions that share a database, and looks for all rows through each.
func verify(when, advice string, versions ...*version) (complaints []string) {
	for _, v := range versions {
		v.stop()
	}
	for _, v := range versions {
		v.t.Logf("%s %s: %d requests, %d failed, %d rows acknowledged", v.name, when, v.requests, len(v.failures), len(v.rows))
		if len(v.failures) > 0 {
			complaints = append(complaints, fmt.Sprintf("%d of %d requests to %s failed %s, such as %s\n%s\n%s",
				len(v.failures), v.requests, v.name, when, v.failures[0], v.reason(), advice))
			continue
		}
		if len(v.rows) == 0 {
			complaints = append(complaints, fmt.Sprintf("%s has acknowledged no row %s: this checks nothing", v.name, when))
		}
		for _, reader := range versions {
			if wrong := reader.missing(v.rows); len(wrong) > 0 && len(reader.failures) == 0 {
				complaints = append(complaints, fmt.Sprintf("%d of %d changes that %s acknowledged %s are not what %s reads, such as %s\n%s",
					len(wrong), len(v.rows), v.name, when, reader.name, wrong[0], advice))
			}
		}
	}
	return complaints
}

// reason returns the first error of a request in the version's log.
func (v *version) reason() string {
	for line := range strings.Lines(v.log()) {
		var record struct{ Msg, Error string }
		if err := json.Unmarshal([]byte(line), &record); err == nil && record.Msg == "request" && record.Error != "" {
			return record.Error
		}
	}
	return "its log has no error"
}
