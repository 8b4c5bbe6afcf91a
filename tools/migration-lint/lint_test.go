package main

import (
	"strings"
	"testing"
	"testing/fstest"
)

// base creates the tables that the statements below change.
const base = "-- +goose Up\ncreate table note (id bigint primary key, text text not null, size int);\ncreate table label (id bigint primary key);"

// lint returns the findings in migrations that are applied after base.
func lint(t *testing.T, migrations ...string) string {
	t.Helper()
	files := fstest.MapFS{"note/migrations/postgres/1_base.sql": {Data: []byte(base)}}
	for i, text := range migrations {
		// The later one is in the folder that comes first: the order is that of the times.
		name := string(rune('z'-i)) + "/migrations/postgres/" + string(rune('2'+i)) + "_next.sql"
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	checked, findings, err := run(files)
	if err != nil || checked != len(migrations)+1 {
		t.Fatalf("%d files, %v", checked, err)
	}
	var lines []string
	for _, f := range findings {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

const (
	up   = "-- +goose Up\n"
	noTx = "-- +goose NO TRANSACTION\n-- +goose Up\n"
)

func TestSafeStatementsAreAccepted(t *testing.T) {
	t.Parallel()
	for title, migrations := range map[string][]string{
		"a nullable column":                        {up + "alter table note add column more text;"},
		"a column with a constant default":         {up + "alter table note add column more text not null default '';"},
		"a default with a cast":                    {up + "alter table note add column more jsonb not null default '{}'::jsonb;"},
		"a negative default":                       {up + "alter table note add column more int not null default -1;"},
		"an array as the default":                  {up + "alter table note add column more text[] not null default array['a', 'b'];"},
		"the time of the migration as the default": {up + "alter table note add column more timestamptz not null default now();"},
		"current_timestamp as the default":         {up + "alter table note add column more timestamptz default current_timestamp;"},
		"the time in UTC as the default":           {up + "alter table note add column more timestamp default (now() at time zone 'utc');"},
		"a nullable reference":                     {up + "alter table note add column label bigint references label;"},
		"a default for new rows":                   {up + "alter table note alter column size set default random();"},
		"an index that is built concurrently":      {noTx + "drop index concurrently if exists i;\ncreate index concurrently i on note (text);"},
		"a unique constraint from an index":        {noTx + "create unique index concurrently i on note (text);", up + "alter table note add constraint c unique using index i;"},
		"a check that is validated later":          {up + "alter table note add constraint c check (size > 0) not valid;", up + "alter table note validate constraint c;"},
		"a foreign key that is validated later":    {up + "alter table note add constraint f foreign key (size) references label not valid;", up + "alter table note validate constraint f;"},
		"NOT NULL after a check":                   {up + "alter table note add constraint c check (size is not null) not valid;", up + "alter table note validate constraint c;\nalter table note alter column size set not null;\nalter table note drop constraint c;"},
		"validation in a file without transaction": {noTx + "alter table note add constraint c check (size > 0) not valid;\nalter table note validate constraint c;"},
		"anything with a new table":                {up + "create table tag (a int);\nalter table tag add column b serial unique check (b > 0);\ncreate index on tag (a);\nupdate tag set a = 1;\nalter table tag rename to tags;"},
		"a new table that refers to an existing":   {up + "create table tag (note bigint not null references note);"},
		"rows":                                     {up + "insert into label values (1);"},
		"a function with semicolons":               {up + "-- +goose StatementBegin\ncreate function f() returns trigger language plpgsql as $$ begin update note set size = 1; return new; end $$;\n-- +goose StatementEnd"},
		"a value of an enum":                       {up + "create type k as enum ('a');", up + "alter type k add value 'b';"},
		"a domain without a check":                 {up + "create domain d as int;", up + "alter table note add column more d;"},
		"the renaming of an index":                 {up + "alter index i rename to j;"},
		"DROP COLUMN in a file that contracts":     {up + "-- migration-lint: contracts, because no running version uses size\nalter table note drop column size;"},
		"DROP TABLE in a file that contracts":      {up + "-- migration-lint: contracts, because no running version uses it\ndrop table note, label;"},
		"an accepted statement":                    {up + "-- migration-lint: accepted, because the table has ten rows\nupdate note set size = 1;"},
		"an accepted statement, with a comment":    {up + "-- migration-lint: accepted, because the table\n-- has ten rows.\nupdate note set size = 1;"},
		"a comment in the statement":               {up + "update note\n-- migration-lint: accepted, because the table has ten rows\nset size = 1;"},
		"what undoes the migration":                {up + "alter table note add column more text;\n-- +goose Down\nalter table note drop column more;"},
		"the last statement without a semicolon":   {up + "alter table note add column more text"},
		"a migration without statements":           {up},
	} {
		if got := lint(t, migrations...); got != "" {
			t.Errorf("%s:\n%s", title, got)
		}
	}
}

func TestUnsafeStatementsAreRefused(t *testing.T) {
	t.Parallel()
	for title, tt := range map[string]struct{ migration, want string }{
		"a volatile default":                           {up + "alter table note add column more timestamptz default clock_timestamp();", "rewrites the table"},
		"a random default":                             {up + "alter table note add column more uuid default gen_random_uuid();", "rewrites the table"},
		"a default that hides a volatile function":     {up + "alter table note add column more text default 'a' || random()::text;", "rewrites the table"},
		"a function of the project as the default":     {up + "alter table note add column more int default mine.now2();", "rewrites the table"},
		"NOT NULL without a default":                   {up + "alter table note add column more text not null;", "running versions insert rows without it"},
		"NOT NULL with NULL as the default":            {up + "alter table note add column more text not null default null;", "running versions insert rows without it"},
		"a check with the column":                      {up + "alter table note add column more int check (more > 0);", "not valid"},
		"a unique column":                              {up + "alter table note add column more int unique;", "CONCURRENTLY"},
		"a serial column":                              {up + "alter table note add column more bigserial;", "takes a number for each row"},
		"an identity":                                  {up + "alter table note add column more bigint generated always as identity;", "computed for each row"},
		"a generated column":                           {up + "alter table note add column more int generated always as (size + 1) stored;", "computed for each row"},
		"a reference with a default":                   {up + "alter table note add column label bigint default 1 references label;", "because of the default"},
		"a domain with a check":                        {up + "create domain d as int check (value > 0);\nalter table note add column more d;", "values of d are checked"},
		"SET NOT NULL":                                 {up + "alter table note alter column size set not null;", "check (size is not null) not valid"},
		"SET NOT NULL after a check of another":        {up + "alter table note add constraint c check (text is not null) not valid;\nalter table note alter column size set not null;", "SET NOT NULL of note.size"},
		"SET NOT NULL after a check that is not valid": {up + "alter table note add constraint c check (size is not null) not valid;\nalter table note alter column size set not null;", "SET NOT NULL of note.size"},
		"an index":                                     {up + "create index i on note (text);", "blocks every change of note"},
		"a concurrent index in a transaction":          {up + "create index concurrently i on note (text);", "NO TRANSACTION"},
		"a concurrent index if it does not exist":      {noTx + "create index concurrently if not exists i on note (text);", "invalid index"},
		"DROP INDEX":                                   {up + "drop index i;", "drop index concurrently"},
		"the renaming of a column":                     {up + "alter table note rename column text to body;", `says "text"`},
		"the renaming of a table":                      {up + "alter table note rename to memo;", `says "note"`},
		"the renaming of a value":                      {up + "alter type k rename value 'a' to 'b';", "RENAME VALUE"},
		"another type":                                 {up + "alter table note alter column size type bigint;", "rewrite the table"},
		"a check":                                      {up + "alter table note add constraint c check (size > 0);", "not valid"},
		"a foreign key":                                {up + "alter table note add foreign key (size) references label;", "not valid"},
		"a unique constraint":                          {up + "alter table note add constraint c unique (text);", "unique using index"},
		"a primary key from an index":                  {up + "alter table note add primary key using index i;", "ACCESS EXCLUSIVE"},
		"an exclusion":                                 {up + "alter table note add exclude using gist (size with =);", "ACCESS EXCLUSIVE"},
		"validation in the same transaction":           {up + "alter table note add constraint c check (size > 0) not valid;\nalter table note validate constraint c;", "next migration"},
		"validation in the same statement":             {up + "alter table note add constraint c check (size > 0) not valid, validate constraint c;", "next migration"},
		"DROP COLUMN":                                  {up + "alter table note drop column size;", "contracts, because"},
		"DROP TABLE":                                   {up + "drop table note;", "DROP TABLE note"},
		"DROP DEFAULT":                                 {up + "alter table note alter column size drop default;", "inserts rows without the column"},
		"DROP VIEW":                                    {up + "drop view v;", "uses what is dropped"},
		"UPDATE":                                       {up + "update note set size = 1;", "few rows at a time"},
		"DELETE":                                       {up + "delete from note;", "few rows at a time"},
		"TRUNCATE":                                     {up + "truncate note;", "truncate is not known to be safe"},
		"CLUSTER":                                      {up + "cluster note using i;", "cluster is not known to be safe"},
		"another tablespace":                           {up + "alter table note set tablespace fast;", "SetTableSpace of note is not known to be safe"},
		"a new partition":                              {up + "create table p partition of note for values in (1);", "partition of an existing table"},
		"a block of PL/pgSQL":                          {up + "do $$ begin execute 'drop table note'; end $$;", "DO hides"},
		"a table that may exist":                       {up + "create table if not exists note (a int);\nupdate note set size = 1;", "few rows"},
		"a table of the same name elsewhere":           {up + "create table other.note (a int);\nupdate note set size = 1;", "few rows"},
		"invalid SQL":                                  {up + "alter tabel note;", "PostgreSQL cannot read it"},
		"a file without Up":                            {"create table a (b int);", "+goose Up"},
		"a second statement":                           {up + "alter table note add column a text, add column b serial;", "note.b takes a number"},
		"an acceptance without a reason":               {up + "-- migration-lint: accepted\nupdate note set size = 1;", "with a reason"},
		"an acceptance with an empty reason":           {up + "-- migration-lint: accepted, because …\nupdate note set size = 1;", "with a reason"},
		"an acceptance behind another statement":       {up + "insert into label values (1); -- migration-lint: accepted, because it is small\nupdate note set size = 1;", "a line of its own"},
		"an acceptance of the statement before":        {up + "-- migration-lint: accepted, because it is small\nupdate note set size = 1;\nupdate note set size = 2;", "2_next.sql:4:"},
		"an acceptance that accepts nothing":           {up + "alter table note add column more text;\n-- migration-lint: accepted, because it is small", "no statement follows"},
		"an acceptance of a safe statement":            {up + "-- migration-lint: accepted, because it is small\nalter table note add column more text;", "the statement is safe"},
		"a file that does not contract":                {up + "-- migration-lint: contracts, because size is unused\nalter table note add column more text;", "does not contract"},
		"a file that contracts and rewrites":           {up + "-- migration-lint: contracts, because size is unused\nalter table note drop column size, add column a serial;", "takes a number"},
	} {
		if got := lint(t, tt.migration); !strings.Contains(got, tt.want) {
			t.Errorf("%s: want %q in:\n%s", title, tt.want, got)
		}
	}
}

func TestFindingNamesFileAndLineOfTheStatement(t *testing.T) {
	t.Parallel()
	got := lint(t, up+"-- é: a comment;\nalter table note add column a text;\n\n/* another\n comment */\nalter table note\n  drop column size;")
	if !strings.HasPrefix(got, "z/migrations/postgres/2_next.sql:7: DROP COLUMN note.size breaks") || strings.Contains(got, "\n") {
		t.Error(got)
	}
	if got = lint(t, up+"-- é\n\nalter table note ad column a text;"); !strings.Contains(got, ":4: PostgreSQL cannot read it") {
		t.Error(got)
	}
}

func TestFolderWithoutMigrationsIsAnError(t *testing.T) {
	t.Parallel()
	if _, _, err := run(fstest.MapFS{"note/fixtures/1_a.sql": {Data: []byte(up)}}); err == nil {
		t.Error("no error")
	}
}
