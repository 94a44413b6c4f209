# Everything from a fresh machine: Python 3.11 or newer, make, and the package registries.
#
# What is installed lives in .venv and nowhere else. Each step leaves a stamp there, so a second
# call has nothing to do; a step that failed leaves none, so the next call takes it up again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
LOG := $(VENV)/set-up.log
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input --no-user --progress-bar off
DEVNET := $(BIN)/python -m botctl.adapters.devnet.install
DEVNET_PARTS := botctl/adapters/devnet/install.py $(wildcard botctl/adapters/devnet/npm/*.json)
BROWSER_PARTS := tests/support/browser_parts.py $(wildcard tests/support/browser/*)
RESOLVE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(UPGRADE)
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
# Each worker may start a chain and a PostgreSQL of its own: on small machines more is not faster.
WORKERS := 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist=worksteal
# The rooms that are there: a new one is checked from its first file on.
CODE := $(wildcard botctl jobs migrations bench deploy tests)

# $(call quietly,WHAT,COMMAND): the output goes to the log, and a failure is told in one sentence.
define quietly
@mkdir -p $(STAMPS)
@echo "botctl set-up: $(1)" >&2
@{ $(2); } >>$(LOG) 2>&1 || { echo "botctl set-up needs the package registries of pip and npm, \
	and stopped at: $(1); nothing outside $(VENV) was changed; try again (details: $(LOG))" \
	| tr -s '\t ' ' ' >&2; exit 75; }
endef

# An interpreter that was upgraded away leaves a dangling link: begin anew.
ifneq ($(shell test -x $(BIN)/python && echo there),there)
$(shell rm -rf $(STAMPS))
endif

.PHONY: help
help:  ## this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/make \1 \2/p' $(MAKEFILE_LIST) \
		| while read -r make target text; do printf '%s %-8s %s\n' "$$make" "$$target" "$$text"; done

.PHONY: demo
demo: $(STAMPS)/runtime $(STAMPS)/package $(STAMPS)/devnet  ## set up, then trade on a local chain
	@$(BIN)/botctl demo

.PHONY: setup
setup: $(STAMPS)/dev $(STAMPS)/package $(STAMPS)/devnet-dev $(STAMPS)/prometheus $(STAMPS)/browser  ## install all that developing needs

.PHONY: test
test: lint  ## set up, lint, and run every test but the torture
	$(PYTEST)

.PHONY: lint
lint: setup  ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports

.PHONY: torture
torture: setup  ## kills, faults and long random runs
	$(PYTEST) -m torture --timeout=3600

.PHONY: bench
bench: setup  ## measure against the limits, interleaved in one run
	$(BIN)/python -m bench

.PHONY: lock
lock: setup  ## resolve the dependencies for every platform (UPGRADE=--upgrade for newer ones)
	$(call quietly,uv,$(INSTALL) --no-build-isolation --editable '.[lock]')
	$(RESOLVE) pyproject.toml --extra setup --output-file requirements/runtime.lock
	$(RESOLVE) pyproject.toml --extra setup --extra keyring --output-file requirements/keyring.lock
	$(RESOLVE) pyproject.toml --extra setup --extra dev --output-file requirements/dev.lock
	$(RESOLVE) requirements/node.in --output-file requirements/node.lock

.PHONY: clean
clean:  ## remove what set-up and the tools made
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec "$$python" -m venv --clear $(VENV); fi; done; \
	echo "botctl needs Python 3.11 or newer with its venv module, and found none (looked for: $(PYTHONS))" >&2; \
	exit 78

$(STAMPS)/runtime: requirements/runtime.lock | $(BIN)/python
	$(call quietly,Python packages,$(INSTALL) --require-hashes --requirement $<)
	@touch $@

$(STAMPS)/dev: requirements/dev.lock | $(BIN)/python
	$(call quietly,Python packages for developing,$(INSTALL) --require-hashes --requirement $<)
	@touch $@ $(STAMPS)/runtime

# Editable, so that a change to the code needs no new set-up.
$(STAMPS)/package: pyproject.toml botctl/__init__.py | $(BIN)/python
	$(call quietly,botctl itself,$(INSTALL) --no-deps --no-build-isolation --editable .)
	@touch $@

# A machine without a usable npm gets one as a Python wheel.
$(STAMPS)/devnet: $(DEVNET_PARTS) requirements/node.lock | $(BIN)/python
	$(call quietly,the local chain and its contracts,{ $(DEVNET) --probe || \
		$(INSTALL) --require-hashes --requirement requirements/node.lock; } && $(DEVNET))
	@touch $@

$(STAMPS)/browser: $(BROWSER_PARTS) $(STAMPS)/devnet-dev
	$(call quietly,the browser that tests of the page run in,$(BIN)/python -m tests.support.browser_parts)
	@touch $@

$(STAMPS)/devnet-dev: $(DEVNET_PARTS) requirements/node.lock | $(BIN)/python
	$(call quietly,the local chain and its compiler,{ $(DEVNET) --probe || \
		$(INSTALL) --require-hashes --requirement requirements/node.lock; } && $(DEVNET) --dev)
	@touch $@ $(STAMPS)/devnet

# Its one sentence about a machine that has none must be seen, so only apt's own words go to the log.
$(STAMPS)/prometheus: deploy/prometheus/install.py | $(BIN)/python
	@mkdir -p $(STAMPS)
	@echo "botctl set-up: Prometheus for the tests of the rules" >&2
	@$(BIN)/python -m deploy.prometheus.install >>$(LOG)
	@touch $@
