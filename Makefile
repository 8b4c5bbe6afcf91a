# The menu: the commands that are used most.

.DEFAULT_GOAL := help
.PHONY: help run test check lint faults benchmark screenshots up down system-test observe pictures

help: ## show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## serve on localhost:8000, with SQLite
	go run ./cmd/app

test: ## run all tests; on PostgreSQL, too, when TEST_DATABASE_URL names a server
	go test ./...
	@test -n "$$TEST_DATABASE_URL" || echo 'PostgreSQL was not covered: TEST_DATABASE_URL is not set'

check: lint ## lint, and test with the race detector
	go test -race ./...

lint: bin/golangci-lint ## look for mistakes without running anything
	bin/golangci-lint run

# The tools are a module of their own, which neither go.work nor vendor/ concern.
bin/%: tools/go.mod
	GOWORK=off go build -C tools -buildvcs=false -o ../bin/ tool

faults: ## break what the service stands on, and print which promises held
	FAULTS=all go test -C systemtest/faults -count=1 -timeout 60m

benchmark: ## compare the service with a bare one, on both engines, and with nginx
	go run ./benchmark

screenshots: ## make the pictures of the pages anew; needs Chromium
	go test ./internal/app -count=1 -run Browser/picture -screenshots "$(CURDIR)/docs/screenshots"

up: ## start the cluster, with what was changed
	docker compose up --detach --wait --build

down: ## stop the cluster, whatever was started; its logs and metrics are kept
	docker compose --profile '*' down

system-test: ## test the cluster from outside
	docker compose run --rm --build system-test

observe: ## test queries, console and plots of the cluster; needs Chromium, breaks its database for seconds
	OBSERVE=1 go test ./systemtest/observe -count=1

pictures: ## make the pictures of the console and the plots anew, from the cluster
	OBSERVE=1 go test ./systemtest/observe -count=1 -timeout 20m -run Pictures -screenshots "$(CURDIR)/docs/screenshots"
