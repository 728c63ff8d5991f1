#!/usr/bin/env bash
# Measures on this machine: every benchmark of the code, then a full workspace over HTTP, on both databases with all their
# promises kept. The workspaces are made once and kept in .cache/bench.
#   SCALE (1000000)  customers of the full workspace
#   ON (sqlite postgres), ONLY (all parts), BENCH (which benchmarks of the code; none: skip them), TIME (1s)
set -euo pipefail
cd "$(dirname "$0")/.."
scale=${SCALE:-1000000}
cache=$PWD/.cache/bench/$scale
mkdir -p "$cache"
YOUPENG_PG_DIR=$cache/pg
export YOUPENG_PG_DIR
server=
clean() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  build/postgres.sh stop
}
trap clean EXIT
YOUPENG_TEST_POSTGRES=$(build/postgres.sh start --durable)
export YOUPENG_TEST_POSTGRES
echo "$(date -u +%F), $(git rev-parse --short HEAD), $(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1e6}' /proc/meminfo), load $(cut -d' ' -f1 /proc/loadavg)"

if [ "${BENCH:-.}" != none ]; then
  go test -run '^$' -bench "${BENCH:-.}" -benchtime "${TIME:-1s}" -benchmem ./... | grep -v 'no test files'
fi

make --no-print-directory build
go build -o "$cache/bench" ./build/bench
for db in ${ON:-sqlite postgres}; do
  if [ "$db" = sqlite ]; then place="--data $cache/sqlite"; else place="--data $cache/files --database $YOUPENG_TEST_POSTGRES --schema bench"; fi
  if [ ! -e "$cache/$db.filled" ]; then
    rm -rf "$cache/sqlite"
    # shellcheck disable=SC2086
    bin/youpeng demo --customers "$scale" --seed 1 $place
    touch "$cache/$db.filled"
  fi
  echo "== $db, $scale customers"
  # shellcheck disable=SC2086
  bin/youpeng serve --listen 127.0.0.1:8199 --metrics 127.0.0.1:8198 --rate 0 $place >"$cache/serve.log" 2>&1 &
  server=$!
  "$cache/bench" -url http://127.0.0.1:8199 -bin bin/youpeng -place "$place" -pid "$server" -only "${ONLY:-}" -seconds "${SECONDS_OF_CREATES:-60}"
  kill "$server"
  wait "$server" || true
  server=
done
