# Needs python3, git and make 3.81 or newer; everything else goes into .venv.

## SCENARIOS="low high"     names in data/scenarios or paths of TOML files; without it the programme as printed
SCENARIOS ?=
## LANG_PAGES=both          edition of the pages: vi, en or both
LANG_PAGES ?= both
## OUT=reports              folder the pages go to
OUT ?= reports
## PYTHON=python3           interpreter to build .venv with, 3.11 or newer
PYTHON ?= python3
## ARGS=                    further arguments for lab, test (its pytest) and bench
ARGS ?=

BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --compile-bytecode
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
export UV_SYSTEM_CERTS ?= 1

.PHONY: help report lab check test test-faults bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Variables, as in make report SCENARIOS=\"low high\" LANG_PAGES=vi:"
	@sed -n 's/^## /  /p' $(MAKEFILE_LIST)

report: .venv/.ready ## run every notebook and write its page; start with reports/index.html
	@$(BIN)/bnplan run $(addprefix --scenario ,$(SCENARIOS)) --lang $(LANG_PAGES) --out "$(OUT)"

lab: .venv/.ready ## open the notebooks in JupyterLab
	cd notebooks && ../$(BIN)/jupyter lab $(ARGS)

check: .venv/.ready ## lint, format and types: seconds
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# pytest comes last: its closing lines name each skipped test with the reason, then the count.
test: check ## check, then run the notebooks cell by cell, then the tests; stops at the first failure
	$(BIN)/python -m pytest --quiet --nbval-lax --nbval-current-env -p no:cacheprovider notebooks/*.ipynb
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-faults: .venv/.ready ## kill, fill and race runs for minutes
	$(BIN)/python -m pytest -m long $(ARGS)

bench: .venv/.ready ## time the heavy parts
	$(BIN)/python tests/benchmarks/run.py $(ARGS)
	$(BIN)/python tests/benchmarks/audit.py $(ARGS)
	$(BIN)/python tests/benchmarks/growth.py
	$(BIN)/python tests/benchmarks/panel.py
	$(BIN)/python tests/benchmarks/pages.py
	$(BIN)/python tests/benchmarks/runs.py 1
	$(BIN)/python tests/benchmarks/reports.py
	@test -d .venv/bench || $(BIN)/uv pip install --quiet --target .venv/bench polars duckdb staircase ncls bioframe || echo "no rivals to be had: bnplan alone"
	PYTHONPATH=.venv/bench $(BIN)/python tests/benchmarks/investment.py
	PYTHONPATH=.venv/bench $(BIN)/python tests/benchmarks/timeline.py

# uv is what the set-up below needs on top of pyproject.toml.
lock: .venv/.locked ## remake requirements.lock, every package at its newest
	@printf 'uv\n' | $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --excludes requirements.excludes --extra test --output-file requirements.lock pyproject.toml - >/dev/null
	@echo "requirements.lock: $$(grep -c == requirements.lock) packages"

clean: ## remove .venv and all caches, never the reports
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: .venv/.locked pyproject.toml
	@$(UV) --no-build-isolation --editable . || $(PIP) --no-build-isolation --editable .
	@touch $@

# uv takes a third of pip's time but reads no pip.conf: where it cannot reach a package, pip installs the same hashes.
.venv/.locked: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON): bnplan needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "bnplan needs Python 3.11 or newer, found %d.%d; name one: make PYTHON=python3.12" % (v[0], v[1]))'
	@echo "Setting up .venv from requirements.lock (once, about 230 MB to fetch)"
	@$(PYTHON) -m venv --clear .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(PIP) --require-hashes --only-binary :all: -r .venv/uv.lock && $(UV) --require-hashes -r requirements.lock \
	  || { echo "uv could not, so pip does it: about a minute"; $(PIP) --require-hashes -r requirements.lock; }
	@touch $@
