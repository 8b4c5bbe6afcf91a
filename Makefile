# The menu: the commands that are used most.

.DEFAULT_GOAL := help
.PHONY: help run test check lint
.PHONY: template-matrix # feature: template

help: ## show this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## serve on localhost:8000
	go run ./cmd/app

test: ## run all tests
	go test ./...
	@test -n "$$TEST_DATABASE_URL" || echo 'PostgreSQL was not covered: TEST_DATABASE_URL is not set' # feature: postgres

check: lint ## lint, and test with the race detector
	go test -race ./...

lint: bin/golangci-lint ## look for mistakes without running anything
	bin/golangci-lint run

# The tools are a module of their own, which no workspace concerns.
bin/%: tools/go.mod
	GOWORK=off go build -C tools -buildvcs=false -o ../bin/ tool

# feature: cluster
.PHONY: up down system-test
up: ## start the cluster, with what was changed
	docker compose up --detach --wait --build
down: ## stop the cluster, whatever was started; its logs and metrics are kept
	docker compose --profile '*' down
system-test: ## test the cluster from outside
	docker compose run --rm --build system-test

# feature: kubernetes
.PHONY: kubernetes
kubernetes: ## test the deployment on the Kubernetes of kubectl; LOAD_IMAGES copies images to it
	deploy/kubernetes/test

# feature: swarm
.PHONY: swarm
swarm: ## test the deployment on Swarm
	deploy/swarm/test

# feature: host
.PHONY: replace-test
replace-test: ## test the replacement of the server on one host
	deploy/host/test

# feature: template
template-matrix: ## remove every feature from a project in turn, and run the tests of what is left
	MATRIX=test .ci/template matrix
