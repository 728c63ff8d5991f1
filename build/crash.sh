#!/usr/bin/env bash
# Nothing acknowledged may be lost: kill -9 and power cuts at random instants, on both databases, while clients write to
# the server over HTTP. After each, the server starts again, every acknowledged write is asked for, and the doctor finds
# nothing.
# A power cut is a copy of a whole file system at one instant, without what its page cache still held: an ext4 image on
# a loop device, in an XFS that copies by reference. That needs root; without it this says so and fails.
# ROUNDS (20) says how often each is done.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-20}
export LANG=C

if [ "$(id -u)" != 0 ]; then
  echo "power cuts mount file systems, which needs root: sudo make crash" >&2
  exit 1
fi
if ! command -v mkfs.xfs >/dev/null; then apt-get install -y -qq --no-install-recommends xfsprogs >/dev/null; fi

work=$(mktemp -d /var/tmp/youpeng-crash.XXXXXX)
outer=$work/outer disk=$work/disk cut=$work/cut
mkdir -p "$outer" "$disk" "$cut"
chmod 755 "$work"
writer= server= second=
clean() {
  set +e
  for pid in $writer $server $second; do kill -9 "$pid" 2>/dev/null; done
  for dir in "$disk/pg" "$cut/pg" "$work/pg"; do
    [ ! -d "$dir" ] || YOUPENG_PG_DIR=$dir build/postgres.sh stop
  done
  umount "$cut" "$disk" "$outer" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT

go build -o "$work/crash" ./build/crash
go build -o "$work/youpeng" ./cmd/youpeng

# place FOLDER: the options that say where the data is; starts PostgreSQL where that is needed.
place() {
  echo "--data=$1/data"
  [ "$kind" = postgres ] || return 0
  # After a kill -9 the old server's files may need a moment before the next one can start.
  local try url
  for try in 1 2 3 4 5; do
    if url=$(YOUPENG_PG_DIR=$1/pg build/postgres.sh start --durable 2>"$work/pg.err"); then
      echo "--database=$url"
      return 0
    fi
    sleep "$try"
  done
  cat "$work/pg.err" >&2
  return 1
}

# serve FOLDER LOG: starts a server and waits until it serves; sets started and base.
serve() {
  mapfile -t where < <(place "$1")
  "$work/youpeng" serve "${where[@]}" --listen 127.0.0.1:0 --rate 0 >"$2" 2>>"$work/server.err" &
  started=$!
  until base=$(sed -n 's/^.*Youpeng: \(http.*\)$/\1/p' "$2") && [ -n "$base" ] && curl -sf "$base/healthz" >/dev/null; do
    kill -0 "$started" 2>/dev/null || { tail -20 "$work/server.err" >&2; exit 1; }
    sleep 0.05
  done
}

# introduce: the key by which the clients write, made once for a fresh place.
introduce() {
  until key=$("$work/youpeng" key add crash "${where[@]}" --user admin@youpeng.local --scope records:read --scope records:write 2>"$work/key.err"); do
    kill -0 "$started" 2>/dev/null || { cat "$work/key.err" "$work/server.err" >&2; exit 1; }
    sleep 0.1
  done
}

instant() { sleep "0.$((RANDOM % 9 + 1))$((RANDOM % 10))"; }

# begin: starts writing and waits for the first acknowledgement.
begin() {
  local before
  before=$(wc -l <"$work/acked")
  "$work/crash" write "$base" "$key" >>"$work/acked" 2>>"$work/errors" &
  writer=$!
  until [ "$(wc -l <"$work/acked")" -gt "$before" ]; do
    kill -0 "$writer" 2>/dev/null || { tail -5 "$work/errors" >&2; exit 1; }
    sleep 0.05
  done
}

ended() {
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# murder PID: kills and waits until it is dead, buried or not; what is still dying passes for running.
murder() {
  kill -9 "$1"
  while [ -r "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null; do sleep 0.02; done
}

# verdict NAME ACKNOWLEDGED: asks the server that runs; anything lost or wrong ends everything.
verdict() {
  local said
  said=$("$work/crash" check "$base" "$key" "$2")
  "$work/youpeng" doctor "${where[@]}" >"$work/doctor" || { cat "$work/doctor" >&2; exit 1; }
  echo "$1: $said, doctor clean"
}

for kind in sqlite postgres; do
  : >"$work/acked"
  mkdir "$work/$kind"
  serve "$work/$kind" "$work/log"
  server=$started
  introduce
  for round in $(seq "$rounds"); do
    begin
    instant
    if [ "$kind" = postgres ]; then murder "$(head -n 1 "$work/$kind/pg/data/postmaster.pid")"; fi
    ended "$server"
    ended "$writer"
    serve "$work/$kind" "$work/log"
    server=$started
    verdict "kill -9, $kind, round $round" "$work/acked"
  done
  ended "$server"
  if [ "$kind" = postgres ]; then YOUPENG_PG_DIR=$work/$kind/pg build/postgres.sh stop; fi
done

truncate -s 12G "$work/outer.img"
mkfs.xfs -q -m reflink=1 "$work/outer.img"
mount -o loop "$work/outer.img" "$outer"
for kind in sqlite postgres; do
  truncate -s 2G "$outer/disk.img"
  mkfs.ext4 -q -F "$outer/disk.img"
  mount -o loop "$outer/disk.img" "$disk"
  : >"$work/acked"
  serve "$disk" "$work/log"
  server=$started here=$base
  introduce
  for round in $(seq "$rounds"); do
    base=$here
    begin
    instant
    cp "$work/acked" "$work/acked.before" # what was acknowledged before the cut is what must be there
    cp --reflink=always "$outer/disk.img" "$outer/cut.img"
    ended "$writer"
    mount -o loop "$outer/cut.img" "$cut"
    rm -f "$cut/pg/data/postmaster.pid" # names a process of the machine that has lost its power
    serve "$cut" "$work/cut.log"
    second=$started
    verdict "power cut, $kind, round $round" "$work/acked.before"
    ended "$second"
    if [ "$kind" = postgres ]; then YOUPENG_PG_DIR=$cut/pg build/postgres.sh stop; fi
    umount "$cut"
    rm "$outer/cut.img"
  done
  ended "$server"
  if [ "$kind" = postgres ]; then YOUPENG_PG_DIR=$disk/pg build/postgres.sh stop; fi
  umount "$disk"
  rm "$outer/disk.img"
done
echo "nothing acknowledged was lost"
