# Everything a newcomer needs: `make demo` and `make test`. `make` alone lists the rest.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# No tool of the stack reports home.
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export SEND_ANONYMOUS_USAGE_STATS := no
export DAGSTER_DISABLE_TELEMETRY := yes
# Where it is set, every process compiles Dagster, dbt and Great Expectations anew, which doubles the time of a run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-spark setup-deployment setup-development setup-browser demo run ui site test test-spark lint format lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

$(BIN)/uv: requirements/bootstrap.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/runtime.stamp: $(BIN)/uv requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/development.stamp: $(VENV)/runtime.stamp requirements/development.txt requirements/reference.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/development.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements/reference.txt
	@touch $@

$(VENV)/spark.stamp: $(VENV)/runtime.stamp requirements/spark.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/spark.txt
	@touch $@

$(VENV)/deployment.stamp: $(VENV)/runtime.stamp requirements/deployment.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/deployment.txt
	@touch $@

dashboards/node_modules/.stamp: $(VENV)/runtime.stamp dashboards/package.json dashboards/package-lock.json
	cd dashboards && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

setup: $(VENV)/runtime.stamp dashboards/node_modules/.stamp ## Install what the pipeline needs into .venv and dashboards/node_modules

setup-spark: setup $(VENV)/spark.stamp ## The same, with Spark (which needs Java 17 or later)

setup-deployment: setup $(VENV)/deployment.stamp ## The same, for a Dagster that keeps its records in Postgres

setup-development: setup $(VENV)/development.stamp ## The same, with linters and test tools

setup-browser: setup-development ## A Chromium for the browser tests, where none is there yet
	@tests/setup-browser

demo: setup ## Generate a corpus, run the whole pipeline on it, build the site
	speechmap demo

run: setup ## Sync the configured upstream and refresh everything
	speechmap run

ui: setup ## The Dagster UI: lineage, runs, checks
	speechmap ui

site: setup ## Serve the dashboards that the last run built
	speechmap site

test: setup-browser ## All tests but those on Spark
	pytest --numprocesses auto --dist loadscope --no-loadscope-reorder --ignore tests/spark

test-spark: setup-development setup-spark ## The tests on Spark, with two executors on this machine
	pytest tests/spark

lint: setup-development ## Lint, formats, import rules and types
	ruff check .
	ruff format --check .
	lint-imports
	mypy
	sqlfluff lint dbt_project

format: setup-development ## Apply the formatters
	ruff check --fix .
	ruff format .
	sqlfluff fix dbt_project

lock: ## Pin the requirements anew (needs the package index)
	requirements/lock

clean: ## Remove what builds left in the tree (never the data directory)
	rm -rf dashboards/build dashboards/.evidence dbt_project/target dbt_project/logs .mypy_cache .ruff_cache .pytest_cache
