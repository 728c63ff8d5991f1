#!/usr/bin/env bash
# Nothing acknowledged may be lost: kill -9 and power cuts at random instants, on both databases.
# A power cut is a copy of a whole file system at one instant, without what its page cache still held: an ext4 image on
# a loop device, in an XFS that copies by reference. That needs root; without it this says so and fails.
# ROUNDS (20) says how often each is done.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-20}

if [ "$(id -u)" != 0 ]; then
  echo "power cuts mount file systems, which needs root: sudo make crash" >&2
  exit 1
fi
if ! command -v mkfs.xfs >/dev/null; then apt-get install -y -qq --no-install-recommends xfsprogs >/dev/null; fi

work=$(mktemp -d /var/tmp/youpeng-crash.XXXXXX)
outer=$work/outer disk=$work/disk cut=$work/cut
mkdir -p "$outer" "$disk" "$cut"
chmod 755 "$work"
child=
clean() {
  set +e
  [ -z "$child" ] || kill -9 "$child" 2>/dev/null
  for dir in "$disk/pg" "$cut/pg" "$work/pg"; do
    [ ! -d "$dir" ] || YOUPENG_PG_DIR=$dir build/postgres.sh stop
  done
  umount "$cut" "$disk" "$outer" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT

go build -o "$work/crash" ./build/crash

# address KIND FOLDER: starts what is needed there and says the database's address.
address() {
  if [ "$1" = sqlite ]; then echo "sqlite:$2/crash.db"; else
    # After a kill -9 the old server's files may need a moment before the next one can start.
    local try
    for try in 1 2 3 4 5; do
      if YOUPENG_PG_DIR=$2/pg build/postgres.sh start --durable 2>"$work/pg.err"; then return; fi
      sleep "$try"
    done
    cat "$work/pg.err" >&2
    return 1
  fi
}

instant() { sleep "0.$((RANDOM % 9 + 1))$((RANDOM % 10))"; }

# begin ADDRESS: starts writing and waits for the first acknowledgement.
begin() {
  "$work/crash" write "$1" >>"$work/acked" 2>>"$work/errors" &
  child=$!
  local before
  before=$(wc -l <"$work/acked")
  until [ "$(wc -l <"$work/acked")" -gt "$before" ]; do
    kill -0 "$child" 2>/dev/null || { cat "$work/errors" >&2; exit 1; }
    sleep 0.05
  done
}

killed() {
  kill -9 "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  child=
}

# verdict NAME FOLDER ACKNOWLEDGED: checks what a database in a folder still has; a failure ends everything.
verdict() {
  local at said
  at=$(address "$kind" "$2")
  said=$("$work/crash" check "$at" "$3")
  echo "$1: $said"
}

for kind in sqlite postgres; do
  : >"$work/acked"
  for round in $(seq "$rounds"); do
    at=$(address "$kind" "$work")
    begin "$at"
    instant
    if [ "$kind" = postgres ]; then kill -9 "$(head -n 1 "$work/pg/data/postmaster.pid")"; fi
    killed
    verdict "kill -9, $kind, round $round" "$work" "$work/acked"
  done
done
YOUPENG_PG_DIR=$work/pg build/postgres.sh stop

truncate -s 8G "$work/outer.img"
mkfs.xfs -q -m reflink=1 "$work/outer.img"
mount -o loop "$work/outer.img" "$outer"
for kind in sqlite postgres; do
  truncate -s 1G "$outer/disk.img"
  mkfs.ext4 -q -F "$outer/disk.img"
  mount -o loop "$outer/disk.img" "$disk"
  : >"$work/acked"
  for round in $(seq "$rounds"); do
    begin "$(address "$kind" "$disk")"
    instant
    cp "$work/acked" "$work/acked.before" # what was acknowledged before the cut is what must be there
    cp --reflink=always "$outer/disk.img" "$outer/cut.img"
    killed
    mount -o loop "$outer/cut.img" "$cut"
    rm -f "$cut/pg/data/postmaster.pid" # names a process of the machine that has lost its power
    verdict "power cut, $kind, round $round" "$cut" "$work/acked.before"
    if [ "$kind" = postgres ]; then YOUPENG_PG_DIR=$cut/pg build/postgres.sh stop; fi
    umount "$cut"
    rm "$outer/cut.img"
  done
  if [ "$kind" = postgres ]; then YOUPENG_PG_DIR=$disk/pg build/postgres.sh stop; fi
  umount "$disk"
  rm "$outer/disk.img"
done
echo "nothing acknowledged was lost"
