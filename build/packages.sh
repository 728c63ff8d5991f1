#!/usr/bin/env bash
# Installs what the tests need from the system's packages; where it may not, it names the one line that would.
set -euo pipefail
need=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || need+=(postgresql)
command -v chromium >/dev/null || command -v google-chrome >/dev/null || need+=(chromium)
command -v fc-list >/dev/null || need+=(fontconfig)
[ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] || need+=(fonts-noto-cjk)
[ ${#need[@]} -gt 0 ] || exit 0
line="apt-get install -y --no-install-recommends ${need[*]}"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing for the tests: ${need[*]}. Install them with: sudo $line" >&2
  exit 1
fi
echo "installing ${need[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && $line -qq; } >/tmp/youpeng-packages.log 2>&1; then
  tail -n 20 /tmp/youpeng-packages.log >&2
  echo "this did not work: $line" >&2
  exit 1
fi
