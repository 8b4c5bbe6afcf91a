package systemtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/templatesite/internal/databasetest"
	"example.com/templatesite/internal/processtest"
)

// .ci/previous builds the program of the previous commit, and sets TEST_PREVIOUS_PROGRAM to its path.
func TestPreviousCommitAndThisOneServeEachOthersSchema(t *testing.T) {
	needBinary(t)
	needResource(t)
	previous := os.Getenv("TEST_PREVIOUS_PROGRAM")
	if previous == "" {
		t.Skip("TEST_PREVIOUS_PROGRAM is not set: run .ci/previous")
	}
	for _, complaint := range serveEachOthersSchema(t, previous, binary, 3*time.Second) {
		t.Error(complaint)
	}
}

// This tests the check itself with a next version that has one more migration.
func TestOnlyAMigrationThatBreaksTheOtherVersionIsReported(t *testing.T) {
	for name, tt := range map[string]struct {
		statement string // is run for each table
		broken    bool
	}{
		"a new column with a default": {"alter table %I add column if not exists more text not null default ''x''", false},
		"a renamed table":             {"alter table %I rename to renamed", true},
	} {
		t.Run(name, func(t *testing.T) {
			needBinary(t)
			needResource(t)
			complaints := strings.Join(serveEachOthersSchema(t, binary, buildWithMigration(t, tt.statement), 500*time.Millisecond), "\n")
			if tt.broken != (complaints != "") {
				t.Errorf("complaints: %s", complaints)
			}
			if tt.broken && (!strings.Contains(complaints, "requests to the previous version failed") || !strings.Contains(complaints, adviceForSchema)) {
				t.Errorf("the complaints do not say what to do: %s", complaints)
			}
		})
	}
}

// buildWithMigration builds the program with one more migration, which runs a statement for every table
// of a resource: those have a version. It is in every folder of migrations, because the first may not be in use.
func buildWithMigration(t *testing.T, statement string) (program string) {
	t.Helper()
	// Each table has a transaction of its own: one that locks several could deadlock with a request for
	// rows that refer to each other.
	text := fmt.Sprintf(`-- +goose NO TRANSACTION
-- +goose Up
-- +goose StatementBegin
do $$
declare name text;
begin
    for name in select table_name from information_schema.columns
        where table_schema = current_schema() and column_name = 'version' and table_name <> 'renamed' loop
        exit when exists (select from pg_tables where schemaname = current_schema() and tablename = 'renamed');
        execute format('%s', name);
        commit;
    end loop;
end $$;
-- +goose StatementEnd
`, statement)
	dir := t.TempDir()
	file := filepath.Join(dir, "next.sql")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob("../*/migrations/postgres")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no resource has migrations: %v", err)
	}
	replace := map[string]string{}
	for i, folder := range folders {
		path, err := filepath.Abs(filepath.Join(folder, fmt.Sprintf("209901010000%02d_next.sql", i)))
		if err != nil {
			t.Fatal(err)
		}
		replace[path] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if program, err = processtest.Build(dir, "-overlay", file); err != nil {
		t.Fatal(err)
	}
	return program
}

// runProgram runs one command of a version of the program to its end.
func runProgram(t *testing.T, program, database, name string) {
	t.Helper()
	command := exec.Command(program, name)
	command.Env = processtest.Options{Database: database}.Env()
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", program, name, err, output)
	}
}

// databaseOf returns a new database with the schema and the fixtures of a version of the program.
func databaseOf(t *testing.T, program string) (url string) {
	t.Helper()
	url = databasetest.PostgresURL(t, nil)
	runProgram(t, program, url, "migrate")
	runProgram(t, program, url, "loaddata")
	return url
}
