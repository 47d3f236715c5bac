# `make run` plans the demo township and opens the dashboard; `make test` runs all tests.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SCENARIO ?= data/yonghe
PORT ?= 8501
PUBLIC ?= --limit 5 --whole sdvrp,mtvrptw_r,hfvrp,mdvrptw
CORES ?= auto

.PHONY: run setup test lint docs pictures bench clean

run: setup  ## plan the demo, show the plan, serve the dashboard until Ctrl-C
	$(BIN)/dispatch plan $(SCENARIO) --out out/$(notdir $(SCENARIO))
	$(BIN)/dispatch serve --data $(dir $(SCENARIO)) --port $(PORT)

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python 3.11 or newer is needed, and $(PYTHON) was not found." >&2; \
	  echo "Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; \
	  echo "Name a newer one: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python lacks its venv module; on Debian: apt-get install python3-venv" >&2; \
	  exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what it needs into $(VENV); a few minutes, only once ..."
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@echo "Compiling the search, about a minute ..."
	$(BIN)/python -c "from dispatch.solver.warm import compile_search; compile_search()"
	touch $(STAMP)

test: setup  ## all tests, a process a core; PYTEST="-k cli" narrows them
	$(BIN)/python -m pytest -q -n $(CORES) --dist loadfile $(PYTEST)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: setup  ## write what is generated: column tables, schema, picture of the rooms
	$(BIN)/python -m dispatch.files.docs
	$(BIN)/python -m docs.draw_rooms

pictures: setup  ## pictures of every page, of the demo, into docs/pictures
	$(BIN)/python -m docs.take_pictures

bench: setup  ## hours, goes on if stopped; PEERS="--only peer-24" PUBLIC="--families sdvrp"
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[bench]'
	$(BIN)/python -m benchmarks peers $(PEERS)
	$(BIN)/python -m benchmarks public $(PUBLIC)
	$(BIN)/python -m benchmarks scale

clean:  ## everything made here except plans in out/
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
