#!/usr/bin/env bash
# Serves the CRM from ./data. The first start makes the demo company there; later starts keep what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${YOUPENG_DATA:-data}
if [ ! -e "$data" ]; then
  # Made aside and moved when whole, so that an interrupted first start leaves nothing half-made behind.
  rm -rf "$data.making"
  bin/youpeng demo --data "$data.making"
  mv "$data.making" "$data"
fi
exec bin/youpeng serve --data "$data"
