# Depesha. `make` lists what can be done here; CONTRIBUTING.md says more.

BIN := .venv/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup install run test check bench bench-web parked fuzz mutants sizes docs guides lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed web/dist/index.html ## everything for developing, into .venv and web/
install: .venv/runnable web/dist/index.html ## what serving needs: `depesha update` does so
run: .venv/runnable web/dist/index.html ## start a server with a demo institution on 127.0.0.1:8008
	$(BIN)/depesha serve --demo --open-registration

test: setup ## all tests; as root, installs the system packages they need
	tools/test_setup.sh
	$(BIN)/pytest -q -rR -n $(JOBS) --dist worksteal --full --max-suite-reruns 3 $(ARGS)
	tools/web.sh test

check: setup ## linters, types, import contracts, dead code, sizes
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/python -m tools.sizes
	tools/web.sh check
	$(BIN)/pytest -q tests/house

bench: setup ## measure beside Synapse on this machine (about 15 minutes)
	$(BIN)/python -m tools.bench $(ARGS)

parked: setup ## as many clients waiting at once as the system grants (some minutes)
	$(BIN)/python -m tools.parked $(ARGS)

bench-web: setup ## the client with 500 chats, in Chromium, beside its budgets (some minutes)
	$(BIN)/python -m tools.bench_web

fuzz: setup ## thousands of random requests, on each engine (some minutes)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -q tests/law $(ARGS)

mutants: setup ## remove each check of who sees whom, and see the tests notice (some minutes)
	$(BIN)/python -m tools.mutants $(ARGS)

sizes: setup ## functions and files beside the guide
	$(BIN)/python -m tools.sizes

docs: setup ## write docs/generated
	$(BIN)/python -m tools.docs

guides: setup ## print the guides, as GOST 19 asks for them, into build/guides
	$(BIN)/python -m tools.guides $(ARGS)

lock: setup ## choose versions anew: make lock ARGS=--upgrade
	tools/lock.sh $(ARGS)

clean: ## remove all that is made here, but not data/
	rm -rf .venv build dist web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './web/*' -prune -exec rm -rf {} +

.venv/installed: requirements.lock pyproject.toml tools/setup.sh
	tools/setup.sh requirements.lock sync
	touch .venv/runnable $@

# The client, by whichever of the two set-ups came first.
web/dist/index.html: $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print) | .venv/runnable
	tools/web.sh build

.venv/runnable: requirements.run.lock pyproject.toml tools/setup.sh
	tools/setup.sh requirements.run.lock install
	touch $@
