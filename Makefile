# Each command does all its own set-up: a virtual environment in .venv, everything installed in it, then the work.
#   make verify   the main job: checks the theory, trains the toy GANs, writes report/index.html
#   make test     the whole test suite
#   make formal   compiles the theories of proofs/formal by Coq, and says what they assume; it says what to install
#   make formal-check   the same once more, by Coq's kernel alone
#   make lint     style, types and the floors that imports may cross
#   make format   puts the style right
#   make docs     the documentation as a site, in site/
#   make clean    takes away all that the others made, .venv included
# Another interpreter: make test PYTHON=/usr/bin/python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help verify test formal formal-check lint format docs clean

help:
	@sed -n 's/^#   //p' Makefile

# The stamp is the last thing written, and the venv is made anew, so that an install cut short is done again.
$(READY): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "No '$(PYTHON)' here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$("$(PYTHON)" --version 2>&1) is too old: Python 3.11 or newer is needed. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "[1/2] virtual environment in $(VENV), by $$("$(PYTHON)" --version)"
	@rm -f "$@"
	@"$(PYTHON)" -m venv --clear "$(VENV)" || { echo "The venv module of '$(PYTHON)' does not work; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "[2/2] installing the project and its tools: a few minutes, once"
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --upgrade pip
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch "$@"

verify: $(READY)
	@echo "checking the theory, training the toy GANs, drawing the figures"
	@"$(BIN)/divergence" verify

test: $(READY)
	@echo "running the tests, two at a time"
	@"$(BIN)/python" -m pytest -n 2

formal: $(READY)
	@echo "compiling the theories of proofs/formal"
	@"$(BIN)/python" -m proofs.formal

formal-check: $(READY)
	@echo "checking what Coq has compiled by its kernel alone"
	@"$(BIN)/python" -m proofs.formal check

lint: $(READY)
	@echo "ruff check"; "$(BIN)/ruff" check .
	@echo "ruff format"; "$(BIN)/ruff" format --check .
	@echo "pyright"; "$(BIN)/pyright"
	@echo "lint-imports"; "$(BIN)/lint-imports"

format: $(READY)
	@"$(BIN)/ruff" check --fix .
	@"$(BIN)/ruff" format .

docs: $(READY)
	@echo "building the documentation in site/"
	@"$(BIN)/mkdocs" build --quiet --strict --config-file docs/mkdocs/mkdocs.yml
	@echo "open site/index.html"

clean:
	rm -rf $(VENV) build dist site report compare-* gan-report .hypothesis .ruff_cache .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
