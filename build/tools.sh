#!/usr/bin/env bash
# Names, in one line, the first tool that is missing.
miss() {
  echo "$1" >&2
  exit 1
}
command -v go >/dev/null || miss "Go is missing: install Go 1.26 or later from https://go.dev/dl/"
command -v node >/dev/null || miss "Node is missing: install Node 20.19 or later from https://nodejs.org/"
command -v npm >/dev/null || miss "npm is missing: install Node 20.19 or later from https://nodejs.org/, npm comes with it"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || a === 20 && b >= 19 ? 0 : 1)' ||
  miss "Node $(node --version) is too old: install Node 20.19 or later from https://nodejs.org/"
command -v "${CC:-$(go env CC)}" >/dev/null || miss "a C compiler is missing: apt-get install -y gcc libc6-dev (macOS: xcode-select --install)"
