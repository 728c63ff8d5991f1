#!/usr/bin/env bash
# Measures on this machine: every benchmark of the code, on both databases with all their promises kept.
# BENCH chooses by name, as go test's -bench does; TIME (1s) is how long each runs.
set -euo pipefail
cd "$(dirname "$0")/.."
YOUPENG_PG_DIR=$(mktemp -d /var/tmp/youpeng-bench.XXXXXX)
export YOUPENG_PG_DIR
trap 'build/postgres.sh stop; rm -rf "$YOUPENG_PG_DIR"' EXIT
YOUPENG_TEST_POSTGRES=$(build/postgres.sh start --durable)
export YOUPENG_TEST_POSTGRES
echo "$(date -u +%F), $(git rev-parse --short HEAD), $(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1e6}' /proc/meminfo)"
go test -run '^$' -bench "${BENCH:-.}" -benchtime "${TIME:-1s}" -benchmem ./... | grep -v 'no test files'
