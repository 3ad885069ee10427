# Everything a newcomer needs: `make demo`, `make test-fast` and `make test`. Each target installs what
# it needs.

# Queries are checked against the committed description in .sqlx; `make sqlx` renews it.
export SQLX_OFFLINE = true
# Strategies of the property tests are deep, and test threads have 2 MB otherwise.
export RUST_MIN_STACK = 16777216
# Tests wait for Postgres and for processes about half of their time.
export RUST_TEST_THREADS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
# A Node.js of the project's own, where the machine has none; see scripts/ensure-node.sh.
export PATH := $(CURDIR)/target/node/bin:$(PATH)

# Builds the page beside cargo, which takes it in once it is there.
define beside-page
	@./scripts/build-page.sh & page=$$!; cargo $(1); built=$$?; wait $$page; [ $$built = 0 ] && exec cargo $(1)
endef

.PHONY: help demo test test-fast test-tools page api pictures fuzz kills api-server audit bench image-check lint fmt serve sqlx setup

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: setup ## Show the queue of a generated organization, live, until Ctrl-C
	$(call beside-page,build --locked --bin bugscrub)
	@exec ./target/debug/bugscrub demo --log-format text --log warn

# One after the other, however many jobs make has: the quick answer comes first.
test: setup ## Run every test
	$(call beside-page,test --locked --test it --no-run)
	@$(MAKE) --no-print-directory test-fast
	@$(MAKE) --no-print-directory test-tools

test-fast: setup ## Run the tests that need nothing but Rust and Postgres
	cargo test --locked --test it -- --skip tools::

test-tools: setup ## Run the other tests: with Node.js, LibreOffice, Helm, linters, Schemathesis, Chromium, nginx, HAProxy, curl, jq
	@./scripts/ensure-node.sh
	@./scripts/build-page.sh
	@./scripts/ensure-tools.sh
	@./scripts/ensure-libreoffice.sh
	@./scripts/ensure-linters.sh
	@./scripts/ensure-helm.sh
	@./scripts/ensure-chromium.sh
	@./scripts/ensure-clients.sh
	npm ci --prefix tests/webhooks --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/github --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/chart --no-audit --no-fund --loglevel=error
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	cargo build --locked --manifest-path tests/chart/kinds/Cargo.toml --target-dir target/kinds
	cargo test --locked --test it -- tools::

api-server: ## Hold the chart and deploy/flux against a real API server, built from Go modules (half an hour the first time)
	@./scripts/ensure-helm.sh
	./tests/e2e/api-server.sh

audit: ## Hold the chart against policies, and the dependencies against known faults (slow)
	./scripts/audit.sh

page: ## Build the page (web/), which the next build of the program takes in
	@./scripts/build-page.sh

api: setup page ## Renew the types of the page's client after a change of the API
	cargo run --quiet --locked -- openapi | node web/scripts/api.mjs >target/schema.d.ts
	mv target/schema.d.ts web/src/lib/schema.d.ts

pictures: setup ## Renew README's pictures: those that the tests take
	@./scripts/ensure-node.sh
	@./scripts/ensure-chromium.sh
	npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
	@./scripts/build-page.sh
	mkdir -p target/pictures/readme docs/pictures
	-cargo test --locked --test it -- tools::readme::
	rm -f docs/pictures/*.png
	cp target/pictures/readme/*.png docs/pictures

fuzz: setup ## Wreck whatever comes from outside, RUNS times each (1,000,000)
	BUGSCRUB_FUZZ_RUNS=$(or $(RUNS),1000000) nice -n 19 cargo test --locked --profile fuzz --test it fuzz:: -- --nocapture --test-threads=1

kills: setup ## Kill the service and its Postgres under load, KILLS times each (50)
	BUGSCRUB_KILLS=$(or $(KILLS),50) cargo test --locked --test it faults::kills:: -- --nocapture --test-threads=1

bench: setup ## Measure performance; prints a table, writes target/bench.json (ROWS=ingest, burst, backfill, million or scrub for some; ten-million only if named)
	@./scripts/ensure-node.sh
	npm ci --prefix tests/webhooks --no-audit --no-fund --loglevel=error
	npm ci --prefix benches/octokit --no-audit --no-fund --loglevel=error
	cargo bench --locked --bench bench -- $(ROWS)

image-check: ## Build the image's files, and run the service in nothing but them (as root)
	./scripts/check-image.sh

lint: ## Check format and lints as CI does (workflows, Dockerfile and shell scripts: `make test-tools`)
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	@./scripts/build-page.sh
	npm run --prefix web --silent check
	npm run --prefix web --silent lint

fmt: ## Format the code
	cargo fmt

serve: setup ## Run the service on this machine (set BUGSCRUB_WEBHOOK_SECRET)
	$(call beside-page,build --locked --bin bugscrub)
	@exec ./target/debug/bugscrub serve

sqlx: ## Renew .sqlx after a change of a query or the schema
	./scripts/sqlx-prepare.sh

setup:
	@./scripts/ensure-rust.sh
	@./scripts/ensure-postgres.sh
