# Everything a person does with a clone. Each target needs Python 3.11, 3.12 or 3.13 and the package index, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
SLOW := realdata faults scale browser compose stacks
space := $(subst ,, )

# What fails is run once more, alone: on a busy machine a test can lose a race that the code does not have.
once_more = $(BIN)/pytest $(1) || $(BIN)/pytest $(1) --last-failed --last-failed-no-failures none

.PHONY: demo dev test lint types quick slow $(SLOW:%=test-%) lock clean

demo: $(INSTALLED) ## the bundled sample, from payloads to a ranked list
	$(BIN)/job-etl demo

dev: $(INSTALLED) ## Dagster's UI on http://localhost:3000
	$(BIN)/job-etl dev

test: lint types quick ## lint, types and the tests that take seconds each

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/sqlfluff lint sql job_etl/warehouse/sql job_etl/ops/sql docker/scale

types: $(INSTALLED)
	$(BIN)/mypy

quick: $(INSTALLED)
	$(call once_more,-m "not ($(subst $(space), or ,$(SLOW)))")

slow: $(SLOW:%=test-%) ## the groups that take minutes: real data, faults, Celery workers, browser, Compose, Compose on full disks and scaled out

$(SLOW:%=test-%): test-%: $(INSTALLED)
	$(call once_more,-m $*)

lock: $(INSTALLED) ## write requirements.lock anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-emit-index-url --no-header \
		--upgrade --quiet --output-file requirements.lock

clean: ## everything that was made, the database and the landing zone included
	-$(BIN)/job-etl db stop
	rm -rf .venv .job_etl

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "job-etl needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@
