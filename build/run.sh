#!/usr/bin/env bash
# Serves the CRM from ./data; the first start prints a one-time link for the administrator.
set -euo pipefail
cd "$(dirname "$0")/.."
exec bin/youpeng serve --data "${YOUPENG_DATA:-data}"
