# Works with the make and the python3 of a plain system; everything else goes into .venv.

PYTHON = python3
VENV = .venv
# For pytest: make test TESTS=tests/unit WORKERS=   (in one process, which is easier to debug)
TESTS = tests
# More than there are cores: half of the time a test waits for other processes.
WORKERS = 4
# What was compiled is kept: the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE
# Where make run plays the providers; empty: 8090.
SANDBOX_PORT =
# make soak MINUTES=3 is over sooner; empty: 30.
MINUTES =
# make lock UPGRADE=--upgrade also takes newer releases.
UPGRADE =

BIN = $(VENV)/bin
RUNTIME = $(VENV)/.installed
DEVELOPMENT = $(VENV)/.installed-dev

VERSION_OK = $(shell $(PYTHON) -c 'import sys; print("yes" if sys.version_info >= (3, 11) else "")' 2>/dev/null)
NEEDS_PYTHON = Modelbook needs Python 3.11 or newer, which "$(PYTHON)" is not; try: make PYTHON=python3.13 $(MAKECMDGOALS)
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK_ANY = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --quiet $(UPGRADE)
LOCK = $(LOCK_ANY) pyproject.toml --group build
# Other projects' clients in environments of their own, which hold nothing of ours.
JUDGED = tests/clients/langchain tests/clients/pydantic_ai

.DEFAULT_GOAL = help
.PHONY: help install install-dev run check lint formatted types imports pages docs reference format test clients picture bench soak \
	lock release clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(RUNTIME) ## Build .venv with the command .venv/bin/modelbook
install-dev: $(DEVELOPMENT) ## The same, with what the checks and tests need

run: install ## Start the demonstration; Ctrl-C stops it (SANDBOX_PORT=8091 where 8090 is taken)
	@exec $(BIN)/modelbook demo $(if $(SANDBOX_PORT),--sandbox-port $(SANDBOX_PORT))

check: lint formatted types imports pages docs ## Lint, formatting, types, import contracts, the pages' scripts, the documentation

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .

formatted: $(DEVELOPMENT)
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT)
	$(BIN)/mypy

imports: $(DEVELOPMENT)
	$(BIN)/lint-imports

# Needs Node.js; without it this is skipped, and with CI=true it fails.
pages: $(DEVELOPMENT)
	$(BIN)/python -m pytest -q -rs tests/architecture/test_page_scripts.py

docs: $(DEVELOPMENT) ## Make the documentation's site in build/docs; a link that leads nowhere fails
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet -c docs -d build/doctrees . build/docs

reference: $(DEVELOPMENT) ## Write the pages of the documentation that follow from the code
	$(BIN)/python -m tests.documentation

format: $(DEVELOPMENT) ## Format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(DEVELOPMENT) ## Run the tests in four processes (TESTS=path, WORKERS=)
	$(BIN)/python -m pytest $(if $(WORKERS),-n $(WORKERS) --dist worksteal) $(TESTS)

clients: $(DEVELOPMENT) ## Judge the clients of other people, and write docs/clients.md
	$(BIN)/python -m tests.clients

picture: $(DEVELOPMENT) ## Take the README's picture of the console anew
	mkdir -p tests/browser/screenshots
	$(BIN)/python -m pytest "tests/browser/test_pages.py::test_everybody_can_use_it[discover]"
	cp tests/browser/screenshots/discover-wide-light.png docs/console.png

bench: $(DEVELOPMENT) ## Measure, as ratios to references taken in the same run
	$(BIN)/python -m benchmarks

soak: $(DEVELOPMENT) ## Work for half an hour while everything goes wrong in turn, and compare the log with what was promised (MINUTES=3)
	MINUTES=$(MINUTES) $(BIN)/python -m benchmarks soak

lock: $(DEVELOPMENT) ## Write both requirements files from pyproject.toml, and those of the clients that are judged
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) --extra redis --extra otel --constraint requirements-dev.txt --output-file deploy/requirements.txt
	$(foreach client,$(JUDGED),$(LOCK_ANY) --output-file $(client)/requirements.txt $(client)/requirements.in &&) true

release: $(DEVELOPMENT) ## Build both distributions twice, with checksums and a bill of materials, into dist
	$(BIN)/python deploy/release.py

clean: ## Remove .venv and everything that was built; data is kept
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip is the last thing that comes into a new environment, so one that was broken off is made again.
$(BIN)/pip:
	$(if $(VERSION_OK),,$(error $(NEEDS_PYTHON)))
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/pip
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements.txt
	PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt pyproject.toml | $(BIN)/pip
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements-dev.txt
	PYTHONWARNINGS=ignore $(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $(RUNTIME) $@
