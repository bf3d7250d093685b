# What one does with a checkout. Every target brings what it needs; only python3 (3.11 or newer, with venv) is presumed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
TOOLS := build/tools

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help demo test lint bench soak mutants planted lock release venv

help:
	@echo "make demo    watch a business quarter in half a minute, on servers of its own"
	@echo "make test    all tests; installs the mail and database servers they need, where it may"
	@echo "make lint    style, types, and which part may know which"
	@echo "make bench   speed and size, as ratios measured in one run"
	@echo "make mutants take away one guard after another and see a test fail for each"
	@echo "make planted plant one bug after another and see the second opinion on all sending notice each"
	@echo "make soak    the long tests: more cases, more crashes (N=10 makes them ten times longer)"
	@echo "make lock    renew requirements.lock: the newest versions that pyproject.toml lets in, by hash"
	@echo "make release build into dist/, audited, with a bill of materials"

demo: $(READY)
	@$(BIN)/reminderbot demo

test: $(READY)
	@sh tests/servers/install.sh
	@$(BIN)/pytest -n auto --dist worksteal

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY)
	@$(BIN)/python -m pip install --quiet --group bench
	@$(BIN)/python -m benchmarks.understand
	@$(BIN)/python -m benchmarks

# One worker more than there are cores: one of them waits a quarter of an hour for the real intervals of the inbox.
soak: $(READY)
	@sh tests/servers/install.sh
	@$(BIN)/python -m pip install --quiet --group fuzz
	@$(BIN)/python -m tests.fuzz --seconds $$((600 * $${N:-1})) & fuzz=$$!; \
		$(BIN)/pytest -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist worksteal -m soak; tests=$$?; \
		wait $$fuzz && exit $$tests

mutants: $(READY)
	@sh tests/servers/install.sh
	@$(BIN)/python -m tests.faults.mutants

planted: $(READY)
	@$(BIN)/python -m tests.oracle.planted

# For every Python from 3.11 on and every machine, hence not pip's own lock, which is for the one it runs on.
lock: $(TOOLS)/.ready
	@$(TOOLS)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--extra postgresql --extra notify --extra pdf --extra demo --custom-compile-command "make lock" --output-file requirements.lock \
		pyproject.toml

release: $(TOOLS)/.ready
	@$(TOOLS)/bin/python -m deploy.release

venv: $(READY)

# What makes releases stays out of .venv, so that neither decides the other's versions.
$(TOOLS)/.ready: pyproject.toml
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(TOOLS)/bin/python -m pip install --quiet --group release
	@touch $@

# Made anew whenever the dependencies change. Debian's own pip knows no dependency groups (pip 25.1), so it goes first.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "reminderbot needs Python 3.11 or newer, and $(PYTHON) is not: install one and run make PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv; the first time this takes a minute or two."
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable '.[demo,notify,pdf,postgresql]' --group dev
	@touch $@
