# The commands of the project; `make help` lists them.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV   := .venv
PYTHON := $(VENV)/bin/python
INDEX  ?= var/index
SEEDS  ?= seeds
DATA   ?= ../shared/data

# Questions about texts that the reader was trained on are no test.
HELD_OUT  := var/held-out
HANDBOOKS := benchmarks/training/handbooks/documents
SETS     := "$(DATA)/scifact-train" "$(DATA)/fairytaleqa-val" $(HELD_OUT)/squad-sentences

# A stamp is named after what was installed, so a changed file installs again. It goes before an
# installation and comes after it, so a half-finished one is not taken for a finished one.
stamp   = $(VENV)/.$(1)-$(shell cat $(2) | cksum | tr ' ' -)
NEEDED  := requirements.txt $(addprefix requirements-,$(addsuffix .txt,mcp milvus parquet telemetry dev)) benchmarks/requirements.txt
PIP     := $(PYTHON) -m pip install -qq --disable-pip-version-check
# With LOCKED=1 nothing is installed but the files whose hash is in the lock: on Linux, x86_64, with Python 3.11.
ifdef LOCKED
RUN_TXT := requirements.lock
DEV_TXT := requirements-dev.lock
PIP_RUN := $(PIP) --require-hashes --no-deps -r requirements.lock
PIP_DEV := $(PIP) --require-hashes --no-deps -r requirements-dev.lock
else
RUN_TXT := requirements.txt
DEV_TXT := $(NEEDED)
PIP_RUN := $(PIP) -r requirements.txt
PIP_DEV := $(PIP) -r requirements-dev.txt -r benchmarks/requirements.txt
endif
RUN     := $(call stamp,run,$(RUN_TXT))
DEV     := $(call stamp,dev,$(DEV_TXT))
RAY     := $(CURDIR)/var/ray-$(firstword $(shell cksum < requirements-ray.txt))
# Programs that look at the requirements, in an environment of their own.
TOOLS   := var/requirements-tools
# A Milvus server, which must not meet the libraries of the project.
MILVUS  := var/milvus
LOCK    := UV_CUSTOM_COMPILE_COMMAND="make lock" $(TOOLS)/bin/uv pip compile -q --generate-hashes --no-annotate --no-emit-package pip \
           --python-version 3.11 $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS))

# One process for each processor; the tests of one file share what they set up.
PYTEST  := HF_HUB_OFFLINE=1 $(PYTHON) -m pytest -n auto --dist loadfile

.PHONY: help serve test test-milvus test-ray quick soak lint fix index lock audit bench bench-full speed clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

serve: index ## index SEEDS if that is needed and serve them (PORT=8123, HOST=…)
	@$(PYTHON) serve.py --index "$(INDEX)" $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)")

index: $(RUN) ## index SEEDS into INDEX; only what changed is embedded again
	@$(PYTHON) -m index build "$(SEEDS)" --index "$(INDEX)"

test: lint ## everything that CI runs: style, types, all tests
	@$(PYTEST)

# Ray is large, and few need it, so it is installed beside the environment, without what that has.
test-ray: $(DEV) ## the tests that need Ray, in about a minute
	@test -d $(RAY) || { rm -rf var/ray-* && $(PIP) --no-deps --target $(RAY).new -r requirements-ray.txt && mv $(RAY).new $(RAY); }
	@PYTHONPATH=$(RAY) HF_HUB_OFFLINE=1 $(PYTHON) -m pytest tests/index/shards/test_ray_cluster.py

quick: lint ## style, types and unit tests, in about a minute
	@$(PYTEST) -m "not slow" --ignore tests/benchmarks --ignore tests/browser

soak: $(DEV) ## load, faults and damage for hours; `make test` has a short form of each
	@HF_HUB_OFFLINE=1 $(PYTHON) -m pytest tests/soak --soak

test-milvus: $(MILVUS)/bin/milvus-server $(DEV) ## the store milvus against a real Milvus server (Linux), in five minutes
	@HF_HUB_OFFLINE=1 $(PYTHON) -m tests.milvus_standalone $<

lint: $(DEV) ## style and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

fix: $(DEV) ## format, and fix what the linter can fix
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: speed ## measure time and memory on DATA (the open sets), each against a baseline; minutes
	@$(PYTHON) -m benchmarks.speed.scale "$(DATA)"

bench-full: speed index ## the same up to a million passages; quality and confidence, too; hours
	@$(PYTHON) -m benchmarks.speed.scale "$(DATA)" --full
	@$(PYTHON) -m benchmarks.speed.processors "$(DATA)"
	@$(PYTHON) -m benchmarks.training.calibration "$(DATA)"
	@$(PYTHON) -m benchmarks.training.calibration "$(DATA)" --reader large
	@$(PYTHON) -m benchmarks.training.held_out "$(DATA)" $(HELD_OUT)
	@$(PYTHON) -m benchmarks.follow_ups "$(DATA)"
	@$(PYTHON) -m qa.evaluation ablate $(SETS) tests/judgements/blame.jsonl --source seeds --out docs/quality.json
	@$(PYTHON) -m qa.evaluation ablate $(HELD_OUT)/handbooks.jsonl --source $(HANDBOOKS) --out docs/quality.json
	@for set in $(SETS); do \
	  $(PYTHON) -m qa.evaluation run "$$set" --summary "docs/reports/$$(basename "$$set").md" || exit 1; done
	@$(PYTHON) -m qa.evaluation run tests/judgements/blame.jsonl --index "$(INDEX)" --summary docs/reports/blame.md
	@$(PYTHON) -m index build $(HANDBOOKS) --index var/handbooks
	@$(PYTHON) -m qa.evaluation run $(HELD_OUT)/handbooks.jsonl --index var/handbooks --summary docs/reports/handbooks.md
	@$(PYTHON) -m benchmarks.office
	@$(PYTHON) -m qa.evaluation run tests/judgements/blame.jsonl --index "$(INDEX)" --reader large \
	  --summary docs/reports/blame-large.md
	@$(PYTHON) -m qa.evaluation run $(HELD_OUT)/handbooks.jsonl --index var/handbooks --reader large \
	  --summary docs/reports/handbooks-large.md

# One thread for a question, as in serve.py; programs that start processes set theirs themselves.
speed: $(DEV)
	@for name in latency "latency --avx2" steps; do \
	  OMP_NUM_THREADS=1 $(PYTHON) -m benchmarks.speed.$$name "$(DATA)" || exit 1; done
	@for name in serving bulk start paint arrivals; do $(PYTHON) -m benchmarks.speed.$$name "$(DATA)" || exit 1; done
	@$(PYTHON) -m benchmarks.speed.summary

# Writes the locks; to be run after a change of the requirements.
lock: $(TOOLS)
	@$(LOCK) requirements.txt -o requirements.lock
	@$(LOCK) $(NEEDED) -o requirements-dev.lock

# Looks for known vulnerabilities of what is locked, if their list can be reached.
audit: $(TOOLS)
	@$(TOOLS)/bin/python .ci/audit.py requirements-dev.lock

clean: ## remove the virtual environment and all that was built
	@rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(PYTHON):
	@found=; for python in python3.11 python3 python3.12 python3.13; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "error: Python 3.11 or newer is needed; install it (Debian: apt-get install python3 python3-venv)" >&2; exit 1; \
	fi; \
	echo "making a virtual environment in $(VENV) with $$(command -v "$$found")"; \
	"$$found" -m venv $(VENV) >&2 || { rm -rf $(VENV); \
	  echo "error: $$found makes no virtual environments; install its venv module (Debian: apt-get install $$("$$found" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-venv)" >&2; exit 1; }

$(TOOLS): | $(PYTHON)
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip install -qq --disable-pip-version-check uv==0.13.9 pip-audit==2.10.1

$(MILVUS)/bin/milvus-server: | $(PYTHON)
	@$(PYTHON) -m venv $(MILVUS)
	@$(MILVUS)/bin/python -m pip install -qq --disable-pip-version-check milvus==2.3.5

# ensurepip: for a virtual environment whose making was cut off before pip was in it.
$(RUN): $(RUN_TXT) | $(PYTHON)
	@echo "installing what Netsphere needs (a minute or two, once)"
	@rm -f $(VENV)/.run-* $(VENV)/.dev-*
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m ensurepip >/dev/null
	@$(PIP_RUN)
	@touch $@

$(DEV): $(DEV_TXT) | $(RUN)
	@echo "installing what the tests need"
	@rm -f $(VENV)/.dev-*
	@$(PIP_DEV)
	@touch $@
