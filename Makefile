# Two commands set everything up: `make run` plays the example suite, `make test` tests the
# project. Both need Python 3.11 or newer, with its venv module.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint types bench schemas record screenshots clean

run: .venv/.installed
	$(BIN)/harness run

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 tests scenarios

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/harness lint
	$(BIN)/harness schemas --check

types: .venv/.installed-dev
	$(BIN)/mypy

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.run --peers --write

schemas: .venv/.installed-dev
	$(BIN)/harness schemas

# Records the example suite anew against the emulators.
record: .venv/.installed-dev
	$(BIN)/python -m tests.recording

# Takes the pictures of docs/images anew; needs Chromium.
screenshots: .venv/.installed-dev
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf .venv reports/allure reports/junit.xml .pytest_cache .mypy_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; call make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

.venv/.installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.installed-dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/.installed
