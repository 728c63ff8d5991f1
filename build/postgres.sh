#!/usr/bin/env bash
# A private PostgreSQL for tests and measurements: start [--durable] | stop | url.
# It lives in .cache/pg (or $YOUPENG_PG_DIR), listens on a socket and on a free local port, and belongs to this tree alone.
# Tests run it without fsync; --durable keeps every promise a real server makes, for power cuts and figures.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${YOUPENG_PG_DIR:-$PWD/.cache/pg}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")
if [ ! -x "$bin/initdb" ]; then
  echo "PostgreSQL is missing: apt-get install -y postgresql" >&2
  exit 1
fi

# PostgreSQL refuses root, so root lends it another user, and a place that this user can reach.
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp)
  if [ -z "${YOUPENG_PG_DIR:-}" ]; then
    dir=/var/tmp/youpeng-pg-$(printf %s "$PWD" | cksum | cut -d' ' -f1)
  fi
fi
data=$dir/data socket=$dir/s

url() { # the socket's path stands in the query, because a url's host cannot hold slashes
  echo "postgres://postgres@/postgres?host=$socket&port=$(cat "$dir/port")"
}

running() { [ -f "$data/postmaster.pid" ] && ! killed && "${as[@]}" "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }

# A server that was killed may stand among the processes for long, dead but not buried, and then passes for running.
killed() {
  local pid
  pid=$(head -n 1 "$data/postmaster.pid")
  [ -r "/proc/$pid/stat" ] && grep -q ') Z ' "/proc/$pid/stat"
}

start() {
  local durable=$1
  mkdir -p "$dir"
  exec 9>"$dir/lock"
  flock 9
  if running; then
    if [ "$(cat "$dir/mode")" = "$durable" ]; then
      url
      return
    fi
    "${as[@]}" "$bin/pg_ctl" -D "$data" -m fast -w stop >/dev/null
  fi
  mkdir -p "$socket"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$dir" "$socket"; fi
  if [ ! -f "$data/PG_VERSION" ]; then
    local hurry=()
    [ "$durable" = yes ] || hurry=(--no-sync)
    "${as[@]}" "$bin/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 "${hurry[@]}" >/dev/null
  fi
  if [ -f "$data/postmaster.pid" ] && killed; then rm "$data/postmaster.pid"; fi
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null ||
    node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  local options="-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$socket -c max_connections=400 -c shared_buffers=256MB"
  if [ "$durable" = no ]; then
    options="$options -c fsync=off -c full_page_writes=off"
  fi
  # The server must not inherit our lock.
  if ! "${as[@]}" "$bin/pg_ctl" -D "$data" -l "$dir/log" -w -t 60 -o "$options" start >/dev/null 9>&-; then
    tail -n 20 "$dir/log" >&2
    exit 1
  fi
  echo "$port" >"$dir/port"
  echo "$durable" >"$dir/mode"
  url
}

case "${1:-}" in
start) if [ "${2:-}" = --durable ]; then start yes; else start no; fi ;;
stop) if running; then "${as[@]}" "$bin/pg_ctl" -D "$data" -m fast -w stop >/dev/null; fi ;;
url)
  if running; then url; else
    echo "not running: build/postgres.sh start" >&2
    exit 1
  fi
  ;;
*)
  echo "usage: build/postgres.sh start [--durable] | stop | url" >&2
  exit 2
  ;;
esac
