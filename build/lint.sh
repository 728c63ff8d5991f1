#!/usr/bin/env bash
# What can be said about the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l)
if [ -n "$bad" ]; then
  printf 'not gofmt-clean:\n%s\n' "$bad" >&2
  exit 1
fi
go vet ./...
if command -v golangci-lint >/dev/null; then golangci-lint run; fi
cd web
node_modules/.bin/biome check --error-on-warnings .
node_modules/.bin/tsc --noEmit
