# Two commands for a new user: `make reproduce` and `make test`. Both make their own environment.
#   make reproduce PAPERS=all|<lab>|<paper>  SCALE=laptop|gpu  CORES=2
#   make env TORCH="torch==2.13.0"           any build of torch that pip can find (CPU or CUDA)
SHELL := /bin/bash
PYTHON ?= python3
PAPERS ?= tour
SCALE ?= laptop
CORES ?= $(shell env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || echo 2)
TORCH ?= torch==2.13.0
UV := 0.13.8
BIN := .venv/bin
export MLFLOW_DISABLE_TELEMETRY := true
export OMP_NUM_THREADS := 1

.PHONY: help reproduce test env ui bench lint clean

help:
	@sed -n 's/^#//p' Makefile; echo " make ui | bench | lint | clean"

reproduce: env
	$(BIN)/recount doctor --brief
	$(BIN)/recount run $(PAPERS) --scale $(SCALE) --cores $(CORES)

test: env browser
	$(BIN)/python -m pytest -n $(CORES) -q

env: .venv/ready

# torch first: with it installed, the rest of the lock cannot pull another build. uv installs the
# rest several times faster than pip, which does it where uv cannot. Everything is compiled at
# once, since each of hundreds of jobs is a process of its own, and some machines keep no compiled
# files.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Recount's lock is for CPython 3.11; say: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Making the environment in .venv (a few minutes, once)"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	grep -v '^torch==' requirements.lock > .venv/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV)" \
	  && $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r .venv/lock.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r .venv/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m compileall -q workflow_scripts
	@touch $@

# The browser tests need a Chromium; on Debian and Ubuntu it is installed when we may.
.PHONY: browser
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	  || command -v google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	       && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "No Chromium found: the browser tests will say how to get one"

ui: env
	@test -f results/mlflow.db || { echo "No runs yet: make reproduce"; exit 1; }
	$(BIN)/mlflow ui --backend-store-uri sqlite:///results/mlflow.db --host 127.0.0.1 --port 5000 --workers 1

bench: env
	$(BIN)/python -m benchmarks

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules workflow
	$(BIN)/python -m pytest -q tests/layers
	$(BIN)/snakemake --lint

clean:
	rm -rf results logs .snakemake

# A real SLURM on this machine, as root in a container or a disposable machine; installs it by apt.
.PHONY: test-slurm
test-slurm: env
	$(BIN)/python -m pytest -q tests/slurm

# What a change must pass on SLURM: end to end, also in looks, kills of the driver, and each fault of
# a job once.
# `make faults` tries the rest: stops of the driver, a lying status source, many short jobs.
.PHONY: check-slurm
check-slurm: env
	$(BIN)/python -m pytest -q tests/slurm \
	  -k "packs or gres or between_looks or random_moments or storm or memory or five"

# Every fault at its full count, locally and on SLURM (root, as above); writes docs/faults.md.
.PHONY: faults
faults: env
	rm -rf results/faults
	failed=0; for area in tests/faults tests/slurm; do \
	  RECOUNT_FAULTS=full $(BIN)/python -m pytest -q $$area || failed=1; done; \
	$(BIN)/python tests/fixtures/fault_table.py && exit $$failed
