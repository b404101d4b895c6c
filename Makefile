.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
DEV := $(VENV)/.dev
BENCH := $(VENV)/.bench
DOCS := $(VENV)/.docs
K ?=
FILTER := $(if $(K),-k "$(K)")

# Everything that is generated or compiled stays in build/.
export NUMBA_CACHE_DIR := $(CURDIR)/build/numba-cache
export MPLBACKEND := Agg

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(DEV): pyproject.toml
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[dev,run,examples]'
	@touch $@

$(BENCH) $(DOCS): $(VENV)/.%: $(DEV)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

dev: $(DEV) ## create .venv and install adcomp into it, editable

run: $(DEV) ## calibrate a predator-prey model to data with a compiled gradient
	$(PY) examples/predator_prey.py

test: $(DEV) ## run the fast tests; K=sin runs those whose names match
	$(PY) -m pytest -n 2 --dist loadgroup -m "not slow" $(FILTER)

test-all: $(DEV) ## run all tests, the slow ones too
	$(PY) -m pytest -n 2 --dist loadgroup $(FILTER)

fuzz: $(DEV) ## differentiate random programs for ten minutes; SEED=7 begins elsewhere
	$(PY) -m tests.fuzz --seed $(or $(SEED),0) --seconds 600 --out build/fuzz

lint: $(DEV) ## check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

golden: $(DEV) ## rewrite the golden files, then show what changed
	$(PY) -m pytest -n 2 --dist loadgroup --update-golden $(FILTER)
	git diff --stat -- tests/golden

# A pinned OpenBLAS kernel or cache size would skew matrix products.
bench: $(BENCH) ## time gradients against primals, hand-written adjoints and JAX; B=numpy: array programs, B=parallel: threads
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(PY) -m benchmarks$(if $(filter numpy,$(B)),.arrays)$(if $(filter parallel,$(B)),.parallel)

docs: $(DOCS) ## build the documentation into build/docs
	$(PY) -m sphinx -W --keep-going -q -b html docs build/docs

clean: ## remove what was built; .venv stays
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find adcomp kernels tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help dev run test test-all fuzz lint golden bench docs clean
