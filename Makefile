# Everything runs in the project's own environment, .venv; only git, make and Python have to be there.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PAGE := tools/page
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export UV_PYTHON_DOWNLOADS := never
SOURCES ?=
PORT ?= 5000
WORKERS ?= 1
# What was chosen last stays, else `make test` would take out what `make setup EXTRAS="train synth"` has put in.
INSTALLED := $(shell cat $(VENV)/ready 2>/dev/null)
EXTRAS ?= $(or $(INSTALLED),train sweep web)
# Both of OpenCV's wheels write the folder cv2. The one that `train` asks for is enough, and written anew in case the
# other was there, since that takes files of both away when it goes.
ONE_OPENCV := $(if $(filter train sweep,$(EXTRAS)),--no-install-package opencv-python-headless \
	--reinstall-package opencv-python)

.PHONY: help setup data repro sweep dashboard ui test lint docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/ready ## install the locked dependencies into .venv

ifneq ($(EXTRAS),$(INSTALLED))
.PHONY: $(VENV)/ready
endif

$(VENV)/bin/uv:
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet "uv>=0.9"

$(VENV)/ready: pyproject.toml uv.lock | $(VENV)/bin/uv
	uv sync --quiet --locked $(EXTRAS:%=--extra %) $(ONE_OPENCV)
	@echo $(EXTRAS) >$@

data: setup ## fetch the data set that comes with the project, or build data/ from what SOURCES=sources.yaml names
	@figureground data $(if $(SOURCES),import $(SOURCES),ready)

repro: setup ## run every stage whose data, code or parameters changed, audit to register; show the result
	@figureground data ready
	FIGUREGROUND_RESULT_FOLLOWS=1 dvc repro
	@figureground results

sweep: setup ## let Optuna search hyperparameters, or go on with that (WORKERS=2 TRIALS=40 SWEEP_STORAGE=postgresql://…)
	@figureground data ready
	dvc repro split
	figureground sweep run --workers $(WORKERS) $(if $(TRIALS),--trials $(TRIALS))

dashboard: setup ## open Optuna's dashboard on the sweeps
	figureground sweep dashboard

ui: setup ## open MLflow: runs, curves, pictures, registered models (PORT=5000)
	figureground ui --port $(PORT)

test: setup ## run all tests, fast ones first; `pytest` alone leaves the slow ones out
	pytest -m ""

lint: setup $(PAGE)/node_modules ## check style, formatting and types
	ruff check .
	ruff format --check .
	mypy
	$(PAGE)/node_modules/.bin/tsc -p $(PAGE)
	$(PAGE)/node_modules/.bin/tsc -p $(PAGE)/tsconfig.workers.json

$(PAGE)/node_modules: $(PAGE)/package-lock.json
	@command -v npm >/dev/null || { echo "make lint checks the page's scripts with npm; install it: apt-get install npm"; exit 1; }
	npm ci --silent --no-audit --no-fund --prefix $(PAGE)
	@touch $@

docs: export UV_PROJECT_ENVIRONMENT := $(VENV)/docs
docs: export NO_MKDOCS_2_WARNING := 1
docs: $(VENV)/bin/uv ## build the documentation as a web site in site/; warnings are errors
	uv run --quiet --locked --only-group docs mkdocs build --strict

clean: ## remove the environment, results and half-done work; keeps data, the DVC cache, runs and models
	rm -rf $(VENV) $(PAGE)/node_modules results site .figureground .mypy_cache .pytest_cache .ruff_cache
