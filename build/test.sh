#!/usr/bin/env bash
# Everything that must hold: what the compilers and linters say, the tests on both databases, the tests of the web
# application, and the browser tests against the built binary. The first failure ends it.
set -euo pipefail
cd "$(dirname "$0")/.."

build/packages.sh

# A server of its own, on a socket and a free port, gone afterwards.
YOUPENG_PG_DIR=$(mktemp -d /var/tmp/youpeng-test.XXXXXX)
export YOUPENG_PG_DIR
trap 'build/postgres.sh stop; rm -rf "$YOUPENG_PG_DIR"' EXIT
YOUPENG_TEST_POSTGRES=$(build/postgres.sh start)
export YOUPENG_TEST_POSTGRES

step() {
  echo "== $1"
  shift
  "$@"
}
step "lint" build/lint.sh
step "web tests" bash -c 'cd web && node_modules/.bin/vitest run'
step "build" make --no-print-directory build
step "go test, both databases" go test -timeout 15m ./...
YOUPENG_BIN=$PWD/bin/youpeng
YOUPENG_CHROMIUM=$(command -v chromium || command -v google-chrome)
export YOUPENG_BIN YOUPENG_CHROMIUM
step "browser tests" bash -c 'cd web && node_modules/.bin/playwright test'
