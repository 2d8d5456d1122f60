# Two commands set everything up: `make run` plays the example suite, `make test` tests the
# project. Both need Python 3.11 or newer, with its venv module.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Into a further environment, the uv of the first one installs in a fifth of the time.
UV := $(if $(filter .venv,$(VENV)),,$(wildcard .venv/bin/uv))
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
# Further options of pytest, such as OPTIONS=--last-failed.
OPTIONS ?=
# What `make smoke` runs: the parts of the suite that meet the interpreter and the libraries, with
# fewer examples of each property.
SMOKE := tests/unit tests/plugin scenarios
smoke newest oldest: export HARNESS_RELIABILITY := smoke

.PHONY: run test smoke newest oldest lint strength types lock bench schemas record screenshots site dist clean

run: $(INSTALLED)
	$(BIN)/harness run

test: $(INSTALLED)
	$(BIN)/python -m pytest $(OPTIONS) -n 2 tests scenarios

# A part of the suite, for a further interpreter: make smoke PYTHON=python3.13 VENV=.venv-3.13
smoke: $(INSTALLED)
	$(BIN)/python -m pytest $(OPTIONS) -n 2 -q -m 'not once' $(SMOKE)

# The same with the newest release of every library, in an environment of its own.
newest: $(INSTALLED)
	$(MAKE) --no-print-directory VENV=.venv-newest .venv-newest/bin/python
	$(BIN)/uv pip install --quiet --upgrade --python .venv-newest/bin/python --editable '.[dev]'
	.venv-newest/bin/python -m pytest $(OPTIONS) -n 2 -q -m 'not once' $(SMOKE)

# The unit tests and the example suite with the oldest release of every library that
# pyproject.toml allows.
oldest: $(INSTALLED)
	$(MAKE) --no-print-directory VENV=.venv-oldest .venv-oldest/bin/python
	$(BIN)/uv pip install --quiet --resolution lowest-direct --python .venv-oldest/bin/python --editable '.[dev]'
	.venv-oldest/bin/python -m pytest $(OPTIONS) -n 2 -q -m 'not once' tests/unit scenarios

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/harness lint
	$(BIN)/harness schemas --check

# Whether the example suite notices what a bot says wrongly, and nothing else.
strength: $(INSTALLED)
	$(BIN)/harness strength --fail-under 90 --fail-brittle-over 10

types: $(INSTALLED)
	$(BIN)/mypy

# Chooses the newest release of every library for requirements.lock.
lock: $(INSTALLED)
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url \
	  --no-header --python-version 3.11 --all-extras pyproject.toml -o requirements.lock

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.run --peers --write

schemas: $(INSTALLED)
	$(BIN)/harness schemas

# Records the example suite again, against the emulators.
record: $(INSTALLED)
	$(BIN)/python -m tests.recording

# Takes the pictures of docs/images again; needs Chromium.
screenshots: $(INSTALLED)
	$(BIN)/python -m tests.browser.screenshots

# Builds the site of the documentation in build/site/html. A broken link is an error.
site: $(INSTALLED)
	$(BIN)/python -m website.build

# Builds the package as sdist and wheel, and checks that PyPI would show its description.
dist: $(INSTALLED)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/twine check --strict dist/*

clean:
	rm -rf .venv .venv-* build dist reports/allure reports/junit.xml .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; call make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

# Exactly what the lock file names, each file by its hash; nothing is looked up for the build.
$(INSTALLED): $(VENV)/bin/python pyproject.toml requirements.lock
	$(INSTALL) --require-hashes --requirement requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
