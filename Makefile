# Every command a person or CI uses. The only needs are make and a Python 3.11 or newer with venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install install-dev serve demo test test-clients test-typescript test-dart test-explorer test-evolution explorer coverage check bench bench-quick format lock migration clean

VENV := .venv
PYTHON := $(VENV)/bin/python
BOOTSTRAP := $(VENV)/.bootstrap/bin
# Where one of these is missing, too old or without venv, the next one may do.
PYTHONS ?= python3 python3.13 python3.12 python3.11
WORKERS ?= auto
PEERS := bench/peers
PEERS_INSTALLED := $(PEERS)/node_modules/.installed
ARGS ?=

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

install: $(PYTHON) ## Install what serving needs into .venv
	$(call install_locked,requirements.lock,runtime)

install-dev: $(PYTHON) ## Install what serving, testing and checking need
	$(call install_locked,requirements-dev.lock,dev)
	@cp requirements.lock $(VENV)/.installed-runtime

serve: install ## Run Milepost with its own PostgreSQL
	@exec $(PYTHON) -m server serve $(ARGS)

demo: install ## Run Milepost filled with an example
	@exec $(PYTHON) -m server.demo $(ARGS)

test: install-dev ## Run the tests; narrow down with ARGS="tests/domain -k money", serially with WORKERS=0
	@$(PYTHON) -m pytest --numprocesses=$(WORKERS) --maxprocesses=4 --dist=loadfile $(ARGS)

coverage: install-dev ## Run the tests and show what they cover, package by package
	@$(PYTHON) -m pytest --numprocesses=$(WORKERS) --maxprocesses=4 --dist=loadfile --cov --cov-report=term $(ARGS)

test-clients: test-typescript test-dart ## Test the client packages against a real server and one that fails as it is told

test-typescript: install-dev ## Test the TypeScript package; needs Node 20 or newer
	@command -v npm > /dev/null || { echo "No npm found. Install Node 20 or newer, for example: apt install nodejs npm"; exit 1; }
	@cd clients/typescript && npm ci --silent --no-audit --no-fund && npm test --silent

test-dart: install-dev ## Test the Dart package; fetches a Dart with npm and apt-get, unless MILEPOST_DART is one
	@$(PYTHON) -m clients.dart.tool.verify

test-explorer: install-dev ## Try the explorer and the reference in a Chromium; needs Node 20.19 or newer
	@$(require_npm)
	@test -x "$${CHROMIUM:-/usr/bin/chromium}" || \
		{ echo "No Chromium found. On Debian: apt install chromium. Or set CHROMIUM to one."; exit 1; }
	@cd clients/explorer && npm ci --silent --no-audit --no-fund && npm run --silent check && npm test --silent

test-evolution: ## Ask graphql-inspector whether it still judges changes of a schema as we do
	@$(require_npm)
	@cd clients/evolution/inspector && npm ci --silent --no-audit --no-fund && node verdicts.mjs --check

explorer: ## Build the explorer from its sources; needs Node 20.19 or newer
	@$(require_npm)
	@cd clients/explorer && npm ci --silent --no-audit --no-fund && npm run --silent build

check: install-dev ## Check style, types, imports and that generated files are up to date
	@echo "==> ruff check" && $(PYTHON) -m ruff check --quiet .
	@echo "==> ruff format" && $(PYTHON) -m ruff format --quiet --check .
	@echo "==> mypy" && $(PYTHON) -m mypy
	@echo "==> imports" && $(VENV)/bin/lint-imports --no-logo
	@echo "==> schema" && $(PYTHON) -m server sdl --check
	@echo "==> states" && $(PYTHON) -m server states --check
	@echo "==> clients" && $(PYTHON) -m server clients --check
	@echo "==> migrations" && $(PYTHON) -m server migrate --check

bench: install $(PEERS_INSTALLED) ## Compare Milepost with other servers; narrow down with ARGS="--only milepost,limit"
	@$(PYTHON) -m bench --save $(ARGS)

bench-quick: install $(PEERS_INSTALLED) ## Try the comparison with little data; its figures mean nothing
	@$(PYTHON) -m bench --quick $(ARGS)
	@$(PYTHON) -m bench --hot-paths --quick

format: install-dev ## Format the code and fix what can be fixed safely
	@$(PYTHON) -m ruff check --quiet --fix-only .
	@$(PYTHON) -m ruff format .

lock: $(BOOTSTRAP)/uv ## Write the lock files from pyproject.toml; ARGS=--upgrade moves to newer releases
	$(call lock_to,requirements.lock,)
	$(call lock_to,requirements-dev.lock,--group dev --constraint requirements.lock)

migration: install-dev ## Write a migration for changed tables: make migration NAME="add a note to gigs"
	@test -n "$(NAME)" || { echo 'Say what it does: make migration NAME="add a note to gigs"'; exit 1; }
	@$(PYTHON) -m server migrate --create "$(NAME)"

clean: ## Remove the virtual environment and all caches; data stays
	@rm -rf $(VENV) clients/dart/.dart_tool .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -not -path '*/node_modules/*' -prune -exec rm -rf {} +

$(PEERS_INSTALLED): $(PEERS)/package-lock.json
	@command -v npm > /dev/null || { echo 'The comparison needs npm: https://nodejs.org'; exit 1; }
	@echo "==> Installing the other servers"
	@npm ci --prefix $(PEERS) --silent --ignore-scripts && touch $@

$(PYTHON):
	@for candidate in $(PYTHONS); do \
		if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
			echo "==> Creating $(VENV) with $$($$candidate --version)"; \
			exec $$candidate -m venv --clear --without-pip $(VENV); \
		fi; \
	done; \
	echo "No Python 3.11 or newer with venv found. On Debian and Ubuntu: apt install python3-venv"; exit 1

$(BOOTSTRAP)/python: $(PYTHON)
	@$(PYTHON) -m venv $(VENV)/.bootstrap

# Not required to succeed: where there is no uv for this machine, pip does the same more slowly.
$(BOOTSTRAP)/uv: $(BOOTSTRAP)/python
	@echo "==> Fetching uv, which installs faster than pip"
	@$(BOOTSTRAP)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' || echo "==> No uv: pip will do"

require_npm = command -v npm > /dev/null || { echo "No npm found. On Debian: apt install nodejs npm"; exit 1; }

# Compares contents, because a checkout changes times: nothing happens unless the lock file says something new.
# The lock files name everything, so nothing else is fetched for what they name.
define install_locked
@cmp -s $(1) $(VENV)/.installed-$(2) || { \
	$(MAKE) --silent --no-print-directory $(BOOTSTRAP)/uv && \
	echo "==> Installing $$(grep -c '^[a-z]' $(1)) packages from $(1)" && \
	{ $(call with_uv,$(1)) || { echo "==> Not with uv: trying pip" && $(call with_pip,$(1)); }; } && \
	cp $(1) $(VENV)/.installed-$(2); }
endef
with_uv = test -x $(BOOTSTRAP)/uv && \
	$(BOOTSTRAP)/uv pip install --quiet --compile-bytecode --python $(PYTHON) --no-deps --require-hashes --requirement $(1)
with_pip = $(BOOTSTRAP)/python -m pip --python $(PYTHON) install --quiet --disable-pip-version-check \
	--no-deps --require-hashes --requirement $(1)

# The lock files themselves keep versions stable, so no other lock file is needed; they name no index.
define lock_to
@echo "==> Locking $(1)"
@$(BOOTSTRAP)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	pyproject.toml $(2) --output-file $(1) $(ARGS)
endef
