# `make run` starts Shunda on a machine that has Python 3.11 or newer and make; `make test` runs the tests.
# ARGS goes to the program behind a target: make run ARGS="--port 9000", make test ARGS="-k credit".

SHELL := /bin/sh
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Node fetches the front-end files; a machine without npm gets it from a Python package
NODE_LOCK := $(if $(shell command -v npm 2>/dev/null),,-r requirements-node.lock)
BUILT_FROM := pyproject.toml hatch_build.py assets.json package.json package-lock.json requirements-build.lock
PO := $(wildcard src/shunda/*/locale/*/LC_MESSAGES/*.po)
TEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: screenshots help run test check format lint types layers templates messages openapi migrations house bench torture \
	requirements docs lock clean

help:
	@echo "make run           install what is missing, then start Shunda (ARGS: see shunda up --help)"
	@echo "make test          run the tests on a throw-away PostgreSQL (ARGS: options of pytest)"
	@echo "make check         format, lint, types, layers, templates, translations, OpenAPI, migrations, house rules"
	@echo "make bench         measure, beside what PostgreSQL itself can do (ARGS: see python -m bench --help)"
	@echo "make torture       kill, starve and crowd it, and see whether it keeps its promises (ARGS: --minutes 10)"
	@echo "make proof         build the whole demo company and import a real month; takes minutes (ARGS: demo month long)"
	@echo "make screenshots   pictures of every page into build/screenshots, the chosen ones into docs (ARGS: names of pages)"
	@echo "make requirements  which requirements have a test that proves them"
	@echo "make docs          build the documentation into site/"
	@echo "make lock          resolve the dependencies anew and pin them"
	@echo "make clean         remove the environment and everything built (never data)"

# Environments. Each stamp is older than what it was made from only when there is something to do.

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Shunda needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making a virtual environment with $$($(PYTHON) --version) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.lock requirements-node.lock $(BUILT_FROM) | $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "Installing the locked dependencies ..."
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock $(NODE_LOCK)
	@echo "Installing Shunda and its front-end files ..."
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.developing: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools for development ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.translated: $(PO) $(VENV)/.installed
	@$(BIN)/python tools/messages.py compile >/dev/null
	@touch $@

# Using it

run: $(VENV)/.installed $(VENV)/.translated
	@$(BIN)/shunda up $(ARGS)

# Proving it

test: $(VENV)/.developing $(VENV)/.translated
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) $(ARGS)

check: format lint types layers templates messages openapi migrations house
	@echo "All checks passed."

format: $(VENV)/.developing
	@$(BIN)/ruff format --check --quiet .

lint: $(VENV)/.developing
	@$(BIN)/ruff check --quiet .

types: $(VENV)/.developing
	@$(BIN)/mypy

layers: $(VENV)/.developing
	@$(BIN)/lint-imports --no-logo

templates: $(VENV)/.developing
	@$(BIN)/djlint src/shunda --lint --quiet

messages: $(VENV)/.developing
	@$(BIN)/python tools/messages.py check

openapi: $(VENV)/.developing $(VENV)/.translated
	@$(BIN)/python tools/openapi.py --check

migrations: $(VENV)/.developing
	@$(BIN)/python tools/migrations.py

house: $(VENV)/.developing
	@$(BIN)/python -m pytest tests/house

screenshots: $(VENV)/.developing $(VENV)/.translated
	@$(BIN)/python tools/screenshots.py $(ARGS)

requirements: $(VENV)/.developing
	@$(BIN)/python tools/requirements.py

bench: $(VENV)/.developing $(VENV)/.translated
	@$(BIN)/python -m bench $(ARGS)

torture: $(VENV)/.developing $(VENV)/.translated
	@$(BIN)/python -m tests.torture $(ARGS)

proof: $(VENV)/.installed $(VENV)/.translated
	@$(BIN)/python -u tools/proof.py $(ARGS)

docs: $(VENV)/.developing
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Keeping it

lock: $(VENV)/.developing
	@for part in ":requirements.lock" "--group dev:requirements-dev.lock"; do \
		$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
			pyproject.toml $${part%%:*} -o "$${part#*:}" || exit 1; done
	@for group in build node; do \
		$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
			--group $$group -o requirements-$$group.lock || exit 1; done

clean:
	rm -rf $(VENV) dist build site src/shunda/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
