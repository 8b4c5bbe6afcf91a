# All images of this project, as stages that compose.yaml refers to. The last one is the
# server: `docker build .` builds it.

# The base images. To use a mirror of Docker Hub:
# REGISTRY=mirror.example.org docker compose build
ARG REGISTRY=docker.io
ARG GO=${REGISTRY}/library/golang:1.26-trixie
ARG DEBIAN=${REGISTRY}/library/debian:trixie-slim

# The source of the dependencies, in a separate layer: it is downloaded again only if go.mod
# or go.sum change. Go compiles for other machines, so this always runs on the machine that
# builds.
FROM --platform=$BUILDPLATFORM ${GO} AS modules
WORKDIR /src
ENV CGO_ENABLED=0 GOCACHE=/go/cache GOFLAGS=-buildvcs=false
COPY go.mod go.sum ./

# feature: deps
# Modules of other repositories. Nothing is downloaded if vendor/ contains the source.
COPY go.mod go.work* vendor*/modules.txt ./
COPY deps deps

RUN umask 0 && mkdir -p "$GOCACHE" && { [ -f modules.txt ] || go mod download; }

# The Go toolchain, for the operations that need it. The source is mounted.
FROM modules AS toolchain
COPY --chmod=755 docker/toolchain/entrypoint /usr/local/bin/
ENTRYPOINT ["entrypoint"]

# The service: a static binary that includes the time zones. The build cache persists, so only
# changes are compiled; GO_CACHE=/tmp/cache starts with an empty one.
FROM modules AS build
COPY . .
ARG VERSION=dev
ARG COMMIT=unknown
ARG GO_CACHE=/go/cache
ARG TARGETOS
ARG TARGETARCH
ENV GOCACHE=$GO_CACHE GOOS=$TARGETOS GOARCH=$TARGETARCH
RUN --mount=type=cache,target=/go/cache \
    go build -trimpath -tags timetzdata \
    -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT" -o /out/app ./cmd/app

# The checksum of all migrations and fixtures, which determine the content of the database.
# The program that builds the database is kept in a cache under that checksum. BuildKit
# ignores caches when it looks for changes, so new code alone does not rebuild the database.
# After a change of how migrations and fixtures are applied, use --no-cache.
FROM build AS schema
RUN find . -path ./internal/sampletest -prune -o -type f \( -path '*/migrations/*' -o -path '*/fixtures/*' \) \
    -exec sha256sum {} + | sort -k 2 | sha256sum | cut -c 1-16 >/schema
RUN --mount=type=cache,id=templatesite-schema,target=/programs \
    mkdir -p "/programs/$(cat /schema)" \
    && find * -maxdepth 1 -name migrations -exec cp -r --parents {} "/programs/$(cat /schema)" \; \
    && cp /out/app "/programs/$(cat /schema)"

# PostgreSQL, without the default data directory that Debian's package would create.
FROM ${DEBIAN} AS postgres
RUN mkdir -p /etc/postgresql-common \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
       -o Dpkg::Options::=--force-confold postgresql-17 \
    && rm -rf /var/lib/apt/lists/* /var/log/*
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data

# The database, migrated and filled, with the template database of the tests. It has no VOLUME,
# so that every new container starts with this data.
FROM postgres AS db
COPY docker/db/postgresql.conf docker/db/pg_hba.conf /etc/postgresql/
COPY --chmod=755 docker/db/entrypoint docker/db/make-data docker/db/template-name /usr/local/bin/
COPY --from=schema /schema /
USER postgres
RUN --mount=type=cache,id=templatesite-schema,target=/programs \
    make-data "/programs/$(cat /schema)"
ENV PGDATABASE=templatesite
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["entrypoint"]

# feature: syslog
# syslog-ng. Its user owns /var/log, and therefore the volume, which starts as a copy of it.
FROM ${DEBIAN} AS log
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends logrotate syslog-ng-core \
    && rm -rf /var/lib/apt/lists/* /var/log/* \
    && chown nobody:nogroup /var/log /var/lib/syslog-ng
COPY docker/log/syslog-ng.conf docker/log/logrotate.conf /etc/syslog-ng/
USER nobody
EXPOSE 514/tcp 514/udp
ENTRYPOINT ["syslog-ng", "--foreground", "--no-caps", "--stderr"]

# feature: host
# HAProxy, for more than one replica of the server.
FROM ${DEBIAN} AS front
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends haproxy \
    && rm -rf /var/lib/apt/lists/* /var/log/*
COPY docker/front/haproxy.cfg docker/front/503.http /etc/haproxy/
USER haproxy
ENV SERVERS=server
EXPOSE 8080
STOPSIGNAL SIGUSR1
ENTRYPOINT ["haproxy", "-f", "/etc/haproxy/haproxy.cfg"]

# The system tests as a binary: they need a cluster, but no toolchain.
FROM build AS system-test-build
RUN --mount=type=cache,target=/go/cache \
    go test -c -trimpath -o /out/system-test ./systemtest

FROM scratch AS system-test
COPY --from=system-test-build /out/system-test /
USER 65532:65532
ENTRYPOINT ["/system-test"]

# The server: only the binary and the certificates of public authorities.
FROM scratch AS server
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/app /
USER 65532:65532
ENV ENVIRONMENT=production PORT=8080
EXPOSE 8080

# feature: admin
ENV ADMIN_ADDRESS=:8001
EXPOSE 8001

STOPSIGNAL SIGTERM
# Some engines replace what is unhealthy, so this asks for liveness: a restart does not bring a database back.
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s --retries=3 CMD ["/app", "healthcheck", "--live"]
ENTRYPOINT ["/app"]

# These change with every build, so they come last.
ARG VERSION=dev
ARG COMMIT=unknown
LABEL org.opencontainers.image.title=templatesite \
      org.opencontainers.image.source=https://example.com/templatesite \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$COMMIT
