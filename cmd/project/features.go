package main

// features are the parts of a project that can be removed. Together with a mark at each of
// their lines in other files (see mark), an entry says all there is to know about one.
var features = []feature{
	{ // feature: traces
		name:  "traces",
		about: "traces of requests and statements, sent to an OpenTelemetry collector; Jaeger in the cluster",
		files: []string{"internal/tracing/", "internal/otlptest/", "internal/*/traces*.go", "internal/app/tracing*.go", "internal/logging/trace_id_test.go", "systemtest/follow_test.go", "systemtest/tracing_test.go", ".ci/trace-image", ".ci/follow"},
		words: `(?i)\botel|otlp|tracing|jaeger|trace_?id\b|(logs|metrics)(,| and) traces`,
	},
	{ // feature: plots
		name:  "plots",
		about: "live plots of requests, latency and connections on the admin address",
		files: []string{"internal/admin/live.go", "internal/admin/plots.go", "internal/admin/sample*.go", "internal/admin/viewers*.go", "internal/admin/pages/live.js", "internal/app/plots*.go"},
		words: `(?i)statsviz|live plots`,
		needs: []string{"metrics"},
	},
	{ // feature: admin
		name:  "admin",
		about: "the operators' address: health, metrics, profiles, settings, log level",
		files: []string{"internal/admin/", "internal/*/admin*.go", "internal/app/static_icon.go"},
		words: `(?i)\badmin_|admin address`,
	},
	{ // feature: metrics
		name:  "metrics",
		about: "metrics of requests, statements, the pool and the runtime; Prometheus with rules and alerts in the cluster",
		files: []string{
			"internal/app/metrics*.go", "systemtest/cluster_metrics_test.go", "*/metrics/", ".ci/rules",
			"deploy/kubernetes/components/monitoring/", "deploy/kubernetes/generate", // feature: kubernetes
		},
		words: `(?i)prometheus|promtool|/metrics\b`,
		needs: []string{"admin"},
	},
	{ // feature: console
		name:  "console",
		about: "pages of graphs that Prometheus serves itself",
		files: []string{"docker/metrics/consoles/", "lab/observe/"},
		words: `(?i)consoles\b`,
		needs: []string{"metrics", "cluster"},
	},
	{ // feature: grafana
		name:  "grafana",
		about: "Grafana with three dashboards, in the cluster",
		files: []string{
			"docker/metrics-graph/", "docker/metrics/dashboards_test.go", "lab/observe/",
			"deploy/kubernetes/components/monitoring/dashboards.yaml", // feature: kubernetes
		},
		words: `(?i)grafana|metrics-graph`,
		needs: []string{"metrics", "cluster"},
	},
	{ // feature: syslog
		name:  "syslog",
		about: "the log is also sent to a syslog server; syslog-ng in the cluster",
		files: []string{"internal/*/syslog*.go", "internal/logging/queue.go", "internal/logtest/server.go", "systemtest/cluster_log_test.go", "systemtest/follow_test.go", "systemtest/stdout_test.go", "*/log/", ".ci/follow"},
		words: `(?i)syslog`,
	},
	{ // feature: check
		name:  "check",
		about: "the command check, which looks for what makes a deployment unsafe",
		files: []string{"internal/check/", "internal/app/check*.go"},
		words: `(?i)app check|SILENCED_CHECKS|internal/check`,
	},
	{ // feature: pages
		name:  "pages",
		about: "every resource is also an HTML page with forms (the browsable API)",
		files: []string{"internal/browsable/", "internal/app/page*.go"},
		words: `(?i)browsable`,
	},
	{ // feature: docs
		name:  "docs",
		about: "the page /docs, which documents the API and sends requests (Swagger UI)",
		files: []string{"internal/swagger/", "internal/app/docs*.go"},
		words: `(?i)swagger|/docs[^/a-z]`,
	},
	{ // feature: static
		name:  "static",
		about: "your static files, compressed, with names that browsers cache for good",
		files: []string{"static/", "internal/app/static*.go", "internal/admin/icon.go"},
		words: `(?i)static\.Files|service\.Static|static files`,
	},
	{ // feature: cors
		name:  "cors",
		about: "ALLOWED_ORIGINS: scripts of other origins may use the API",
		files: []string{"internal/*/cors*.go"},
		words: `ALLOWED_ORIGINS|AllowedOrigins|middleware\.CORS|rs/cors`,
	},
	{ // feature: idempotency
		name:  "idempotency",
		about: "the header Idempotency-Key, with which clients send a POST again safely",
		files: []string{"internal/idempotency/", "internal/web/idempotency.go", "internal/app/idempotency*.go", "lab/faults/idempotency_test.go"},
		words: `(?i)idempoten`,
	},
	{ // feature: tokens
		name:  "tokens",
		about: "tokens of programs, with scopes, and the command app token",
		files: []string{"internal/token/", "internal/*/tokens*.go", "systemtest/token*_test.go", "lab/benchmark/tokens.go"},
		words: `internal/token|[Aa]pp token|service\.Tokens|api_token`,
	},
	{ // feature: audit
		name:  "audit",
		about: "who has changed what, recorded in the transaction of each change, and the command app audit",
		files: []string{"internal/audit/", "internal/web/audit.go", "internal/app/*audit*.go"},
		words: `AUDIT_RETENTION|[Aa]pp audit|internal/audit|(service|web)\.Audit|audit trail`,
	},
	{ // feature: throttle
		name:  "throttle",
		about: "limits of how much one client may ask for: 429, Retry-After and RateLimit",
		files: []string{"internal/throttle/", "internal/web/throttle.go", "internal/*/throttle*.go"},
		words: `(?i)throttl`,
	},
	{ // feature: oidc
		name:  "oidc",
		about: "access tokens of an OpenID provider, as those of people and programs that it knows",
		files: []string{"internal/oidc/", "internal/oidctest/", "internal/*/oidc*.go", "internal/*/sign_in*.go"},
		words: `(?i)oidc|openid|identity provider`,
	},
	{ // feature: sessions
		name:  "sessions",
		about: "people sign in on the pages; a cookie stands for who they are",
		files: []string{"internal/session/", "internal/*/session*.go", "internal/*/sign_in*.go", "internal/browsable/templates/session.html"},
		words: `internal/session|api_session|service\.Sessions|/sign-(in|out)\b`,
		needs: []string{"pages", "tokens"},
	},
	{ // feature: callers
		name:  "callers",
		files: []string{"internal/web/callers*.go"},
		servesOnly: []string{
			"tokens", // feature: tokens
			"oidc",   // feature: oidc
		},
		hidden: true,
	},
	{ // feature: assets
		name:       "assets",
		files:      []string{"internal/assets/"},
		servesOnly: []string{"pages", "docs", "static"},
		hidden:     true,
	},
	{ // feature: sqlite
		name:  "sqlite",
		about: "the embedded database, which go run and go test use",
		files: []string{"*/migrations/sqlite/", "*/sqlite*_test.go", "internal/*/sqlite*.go", "internal/*/migrations/sqlite/", "internal/*/*/migrations/sqlite/", "cmd/project/sqlite.go", "cmd/project/*/migrations/sqlite/", "internal/databasetest/skip.go", "systemtest/file_test.go", "systemtest/stdout_test.go", ".ci/first-steps", ".ci/libc", ".ci/growing", "docs/growing.md"},
		words: `(?i)sqlite`,
		role:  "database engine",
	},
	{ // feature: postgres
		name:  "postgres",
		about: "PostgreSQL, which the cluster and production use, with or without PgBouncer",
		files: []string{"*/migrations/postgres/", "*/postgres*_test.go", "internal/*/postgres*.go", "internal/*/migrations/postgres/", "internal/*/*/migrations/postgres/", "cmd/project/postgres.go", "cmd/project/*/migrations/postgres/", "internal/app/*_postgres_test.go", "internal/app/template_test.go", "internal/databasetest/skip.go", "internal/pgbouncertest/", "internal/postgrestest/", "systemtest/follow_test.go", ".ci/postgres", ".ci/previous", "tools/migration-lint/", "docs/migrations.md"},
		words: `(?i)postgres|pgx|pgbouncer|pgconn|DATABASE_PASSWORD`,
		role:  "database engine",
	},
	{ // feature: cluster
		name:  "cluster",
		about: "the images, Compose's services and operations, and their tests",
		files: []string{"Dockerfile", ".dockerignore", "compose.yaml", "environment.env", "docker/", ".ci/docker", ".ci/with-docker", ".ci/cluster", ".ci/follow", ".ci/trace-image", ".ci/rules", ".ci/offline", ".ci/secret-in-layers", "tools/dockerfile-lint/", "internal/app/environment_file_test.go", "internal/app/image_test.go", "systemtest/cluster*_test.go", "systemtest/follow_test.go", "systemtest/load_test.go", "lab/measure", "lab/observe/", "lab/ci/runbook", "lab/ci/federate"},
		words: `(?i)docker|compose\b|environment\.env`,
		needs: []string{"postgres"},
	},
	{ // feature: swarm
		name:  "swarm",
		about: "a stack for Docker Swarm, and a test that breaks it under load",
		files: []string{"deploy/swarm/"},
		words: `(?i)swarm`,
		needs: []string{"cluster", "host"},
	},
	{ // feature: host
		name:  "host",
		about: "the replacement of the server on one host without losing a request, behind HAProxy, and its test",
		files: []string{"deploy/host/", "docker/front/"},
		words: `deploy/host|docker/front|haproxy.cfg`,
		needs: []string{"cluster"},
	},
	{ // feature: clients
		name:  "clients",
		files: []string{"deploy/clients"},
		servesOnly: []string{
			"kubernetes", // feature: kubernetes
			"swarm",      // feature: swarm
			"host",       // feature: host
		},
		hidden: true,
	},
	{ // feature: kubernetes
		name:  "kubernetes",
		about: "manifests for Kubernetes, their deployment in order, and a test that breaks it under load",
		files: []string{"deploy/kubernetes/", ".ci/kubernetes"},
		words: `(?i)kubernetes|kubectl`,
		needs: []string{"cluster"},
	},
	{ // feature: pipeline
		name:  "pipeline",
		about: "one image per commit: built once, tested, signed, and promoted from stage to stage by its digest",
		files: []string{"deploy/pipeline/", "tools/pipeline/", ".ci/pipeline", ".github/"},
		words: `deploy/pipeline|tools/pipeline|\.ci/pipeline`,
		needs: []string{"cluster"},
	},
	{ // feature: deps
		name:  "deps",
		about: "your own modules from other repositories in a Go workspace, and vendor/ for builds without a network",
		files: []string{"deps/", "*/build-deps/", ".ci/offline"},
		words: `(?i)build-deps|\bdeps/|!deps|fill-vendor|vendor/|submodule|go\.work\b`,
	},
	{ // feature: benchmark
		name:     "benchmark",
		about:    "the overhead of the plumbing, compared with a minimal server and nginx",
		files:    []string{"lab/benchmark/", "lab/measure"},
		words:    `lab/benchmark`,
		needs:    []string{"sqlite", "postgres"},
		optional: true, // feature: template
	},
	{ // feature: faults
		name:     "faults",
		about:    "tests that kill processes, stop databases, fill disks and cut connections under load",
		files:    []string{"lab/faults/", "lab/observe/", "lab/ci/runbook", "lab/ci/federate"},
		words:    `lab/faults`,
		needs:    []string{"sqlite", "postgres"},
		optional: true, // feature: template
	},
	{ // feature: template
		name:   templateOnly,
		files:  []string{"LICENSE", "docs/CHANGELOG.md", ".ci/template", "lab/screenshots/", "lab/grafana/", "lab/ci/foreign-checkout", "lab/ci/autocrlf", "lab/ci/grafana", "docs/screenshots/", "cmd/project/new*.go", "cmd/project/names.go", "cmd/project/render.go", "cmd/project/*_test.go", "cmd/project/testdata/", "internal/app/*_golden_test.go"},
		hidden: true,
	},
}
