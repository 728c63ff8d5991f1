#!/usr/bin/env bash
# Serves the CRM from ./data. Where there is no data yet, a demo company is made first: it has worked for half a year, and
# every start prints sign-in links for three of its people. For an empty CRM: youpeng serve --data SOMEWHERE.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${YOUPENG_DATA:-data}
if [ -z "${YOUPENG_DATABASE:-}" ] && [ ! -e "$data" ]; then
  echo "演示公司开始工作，约一分钟 / a demo company goes to work, about a minute"
  # Made beside and then renamed: one that was interrupted is made anew.
  rm -rf "$data.new"
  bin/youpeng demo --data "$data.new" >/dev/null
  mv "$data.new" "$data"
fi
exec bin/youpeng serve --data "$data" --listen "${YOUPENG_LISTEN:-127.0.0.1:8080}"
