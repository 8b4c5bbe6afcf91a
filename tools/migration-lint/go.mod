// The check of PostgreSQL's migrations, apart from the other tools, because its parser needs a C
// compiler.
module example.com/templatesite/tools/migration-lint

go 1.26.0

require github.com/pganalyze/pg_query_go/v6 v6.2.5

require google.golang.org/protobuf v1.33.0 // indirect
