# The commands a person types. `make` lists them.

COMPONENTS := consent contacts feed links preferences results site
WASM := cargo build --profile wasm --target wasm32-wasip2 $(COMPONENTS:%=-p assent-%)
# Without assent-tests: together with its dependencies' features wasmtime would be compiled once more.
NATIVE := -p assent-cli -p assent-host -p assent-domain
# Their pure parts are tested natively too; the rest of them only runs in a host.
GUEST := -p assent-store -p assent-web $(COMPONENTS:%=-p assent-%)
# What the end-to-end tests do a second time with the key-value store in Redis.
ON_REDIS := story newsletters links organisations privacy concurrency in_flight graceful components_alone kill9
# What must hold for every input of a parser: their seeds, and variations of them.
PROPERTIES := -p assent-properties
LISTEN ?= 127.0.0.1:3000
STATE ?= .assent
SECONDS_EACH ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup tag bench-tag build up spin-up test fuzz bench bench-scale bench-log bench-imports openapi lint fmt docs

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what builds need (the wasm32-wasip2 standard library)
	@scripts/toolchain.sh

build: setup ## build the components and the `assent` command
	$(WASM)
	@scripts/size-budget.sh
	cargo build --release -p assent-cli

tag: ## make static/*.js, which pages load, out of static/src/*.js, and say how large they are
	@scripts/tag.sh

up: build ## start with a demo: make up [LISTEN=127.0.0.1:3000] [STATE=.assent]
	@target/release/assent up --demo --listen $(LISTEN) --state-dir $(STATE)

spin-up: build ## the same under Spin, where Spin 4.1 or later is installed
	@LISTEN=$(LISTEN) STATE=$(STATE) scripts/spin-up.sh

test: build ## all tests, those in a browser included
	@scripts/test-tools.sh
	@scripts/tag.sh check
	cargo test --release $(NATIVE)
	cargo test --release $(GUEST) $(PROPERTIES)
	ASSENT_BUILT=1 cargo test --release -p assent-tests
	ASSENT_BUILT=1 ASSENT_TEST_KV=redis ASSENT_KILLS=2 cargo test --release -p assent-tests $(ON_REDIS:%=--test %)

fuzz: ## look for inputs that break a promise: make fuzz [SECONDS_EACH=60] [TARGETS="token path"]
	@SECONDS_EACH=$(SECONDS_EACH) scripts/fuzz.sh $(TARGETS)

bench: build ## measure requests per second and latencies, in 6 minutes
	@bash benches/run.sh bench

bench-tag: build ## how large the tag is beside others, and how long an answer on a page takes
	@scripts/test-tools.sh
	@scripts/tag-sizes.sh
	ASSENT_BUILT=1 cargo test --release -p assent-tests --test site -- --ignored --nocapture accept_to_done

bench-scale: build ## the same work on databases of 1,000 to 10,000,000 interactions
	@bash benches/run.sh bench-scale

bench-log: build ## what the transparency log costs at 1,000 to 10,000,000 leaves
	@python3 benches/log.py

openapi: setup ## write static/openapi.json as the code has it
	@rm -f static/openapi.json
	ASSENT_OPENAPI=write cargo test --release $(GUEST) --lib -- the_document_says_what_is_answered

bench-imports: build ## a file of a million decisions, next to `sqlite3 .import` of the same rows
	@bash benches/run.sh bench-imports

lint: setup ## clippy, warnings are errors
	cargo clippy --release $(NATIVE) --all-targets -- -D warnings
	cargo clippy --release -p assent-tests --all-targets -- -D warnings
	cargo clippy --release $(PROPERTIES) --lib --tests -- -D warnings
	cargo clippy --profile wasm --target wasm32-wasip2 $(GUEST) -- -D warnings

fmt: ## format the code
	cargo fmt --all

docs: setup ## the crates' documentation, broken links are errors
	RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps -p assent-domain -p assent-host -p assent-cli
	RUSTDOCFLAGS="-D warnings" cargo doc --profile wasm --target wasm32-wasip2 --no-deps -p assent-store -p assent-web
