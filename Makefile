# `make demo` and `make test` are all a newcomer needs; both install first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.ONESHELL:

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
DEBIAN := .venv/.debian
PACKAGES := baresip-core sip-tester espeak-ng sox libsndfile1 asterisk-core-sounds-en-wav postgresql \
  chromium fonts-noto-cjk

export HOTLINE_WEIGHTS ?= $(CURDIR)/.weights
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo test lint bench clean

setup: $(DEBIAN) $(INSTALLED)
	@$(BIN)/python -m asr_tts.cli fetch --quiet

$(DEBIAN): Makefile
	@mkdir -p .venv
	venv=""; $(PYTHON) -c 'import ensurepip' 2>/dev/null || venv=python3-venv
	.ci/debian-packages $(PACKAGES) $$venv
	touch $@

# Two makes at once (a test run beside a setup) must not install into each other.
$(INSTALLED): pyproject.toml constraints.txt | $(DEBIAN)
	@exec 9> .venv/.lock; flock 9
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' || \
	  { echo "Hotline needs Python 3.11 or 3.12: run make PYTHON=/path/to/python3.11." >&2; exit 1; }
	if [ ! -x $(BIN)/pip ]; then echo "setup: making .venv"; $(PYTHON) -m venv .venv; fi
	echo "setup: installing Python packages (takes a minute or a few)"
	$(BIN)/pip install -q pip==26.3 2> >(grep -v '^WARNING: Location' >&2)
	$(BIN)/pip install -q -e '.[gpl,kokoro,models,dev,bench]' -c constraints.txt 2> >(grep -v '^WARNING: Location' >&2)
	touch $@

demo: setup
	@$(BIN)/hotline demo

lint: setup
	@echo "lint: ruff";          $(BIN)/ruff check -q .
	echo "lint: ruff format";   $(BIN)/ruff format -q --check .
	echo "lint: mypy --strict"; $(BIN)/mypy --strict --no-error-summary
	echo "lint: floors";        $(BIN)/lint-imports --no-cache > .venv/floors.log || { cat .venv/floors.log; exit 1; }

# Two processes side by side; tests/conftest.py says what keeps together.
test: lint
	@echo "test: pytest"; $(BIN)/pytest -n 2

bench: setup
	@$(BIN)/python -m bench

clean:
	@rm -rf .venv .weights build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
