#!/usr/bin/env bash
# A working day of three people in a real browser: in Chinese on SQLite and in English on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
build/packages.sh
YOUPENG_PG_DIR=$(mktemp -d /var/tmp/youpeng-day.XXXXXX)
export YOUPENG_PG_DIR
trap 'build/postgres.sh stop; rm -rf "$YOUPENG_PG_DIR"' EXIT
YOUPENG_TEST_POSTGRES=$(build/postgres.sh start)
YOUPENG_BIN=$PWD/bin/youpeng
YOUPENG_CHROMIUM=$(command -v chromium || command -v google-chrome)
export YOUPENG_TEST_POSTGRES YOUPENG_BIN YOUPENG_CHROMIUM YOUPENG_DAY=1
(cd web && node_modules/.bin/playwright test day.spec.ts)
