# make run · make call · make test · make check · make bench
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: setup run call test check bench clean

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

run: $(STAMP)
	@exec $(VENV)/bin/tandem up

call: $(STAMP)
	@exec $(VENV)/bin/tandem call --demo

test: $(STAMP)
	@$(VENV)/bin/python -m pytest -q

check: $(STAMP)
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/lint-imports --verbose 2>&1 | tail -n 3
	@$(VENV)/bin/pyright --warnings
	@$(VENV)/bin/python -m pytest -q -m 'not service and not slow'

bench: $(STAMP)
	@$(VENV)/bin/tandem bench media
	@$(VENV)/bin/tandem bench model

clean:
	rm -rf $(VENV) .tandem
