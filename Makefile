# make run: from a bare checkout to a working CRM. make test: everything, on both databases and in a browser.
SHELL := /usr/bin/env bash
.DEFAULT_GOAL := run
.PHONY: run test build web dev lint bench crash clean

export CGO_ENABLED := 1
bin     := bin/youpeng
gofiles := $(shell find cmd server modules engine platform -type f ! -name '*_test.go' 2>/dev/null) go.mod go.sum web/embed.go
webfiles := $(shell find web/src web/public web/index.html -type f 2>/dev/null) web/vite.config.ts web/tsconfig.json
node    := web/node_modules

run: build
	@build/run.sh

build: $(bin)
web: web/dist/index.html

$(bin): $(gofiles) web/dist/index.html | tools
	@echo "building $@"
	@go build -trimpath -o $@ ./cmd/youpeng

web/dist/index.html: $(webfiles) $(node)/.for-build
	@echo "building the web application"
	@cd web && node_modules/.bin/vite build --logLevel warn

# Two stamps inside node_modules, so that they go when it goes. All of it is enough to build, too.
$(node)/.for-build: web/package-lock.json web/package.json | tools
	@cd web && npm ci --omit=dev --loglevel=error && touch node_modules/.for-build

$(node)/.for-test: web/package-lock.json web/package.json | tools
	@cd web && npm ci --loglevel=error && touch node_modules/.for-build node_modules/.for-test

.PHONY: tools
tools:
	@build/tools.sh

# The parts of the test stand in build/test.sh; each may be called on its own.
test: $(node)/.for-test
	@build/test.sh

lint: $(node)/.for-test
	@build/lint.sh

bench: | tools
	@build/bench.sh

crash: | tools
	@build/crash.sh

# The web application reloads as it is edited and asks a server on port 8080.
dev: $(bin) $(node)/.for-test
	@trap 'kill 0' EXIT; build/run.sh & cd web && node_modules/.bin/vite

clean:
	rm -rf bin web/dist/assets web/dist/index.html $(node)
