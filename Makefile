# `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
BUILD ?= build
ASIDE := --numprocesses=auto --no-loadscope-reorder

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: .venv/complete  ## .venv with every tool at its pinned version

.venv/complete: constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

check: lint  ## what answers in seconds: lint, format, types, every combination rendered
	$(BIN)/pytest --quiet $(ASIDE) tests/template

lint:  ## lint, format and types alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fix:  ## lint and format what can be mended by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test:  ## every test; what CI runs
	scripts/test

test-all:  ## every test on every combination: writes docs/reference/combinations.md
	scripts/test -m "not mutants" --junit-xml=.venv/report.xml; status=$$?; \
	$(BIN)/python -m tools.combinations .venv/report.xml && exit $$status

test-operation:  ## what clusters and pipelines get, run: see docs/reference/operated.md
	scripts/test -m "not mutants" tests/containers tests/kubernetes tests/workflows \
		tests/generated/test_gates.py tests/generated/test_rollout.py \
		tests/generated/test_rollout_migrations.py tests/generated/test_recovery.py \
		tests/generated/test_recovery_elsewhere.py

test-mutants:  ## seed each known defect into a service: the suite has to see it
	scripts/test -m mutants tests/mutants

docs:  ## the site of docs/, in build/docs
	rm -rf $(BUILD)/docs $(BUILD)/doctrees
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going \
		--doctree-dir $(BUILD)/doctrees docs $(BUILD)/docs

links:  ## whether the addresses that docs/ names are still there: it asks other sites
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --builder linkcheck \
		--doctree-dir $(BUILD)/linked docs $(BUILD)/links

reference:  ## write the pages and diagrams of docs/ that are made of what they describe
	$(BIN)/python -m tools.reference
	$(BIN)/python -m tools.diagrams

pictures:  ## write docs/pictures: what a terminal shows while the real commands run
	$(BIN)/python -m tools.pictures

release:  ## make release VERSION=1.2.3: see docs/how-to/release.md
	$(BIN)/python -m tools.release "$(VERSION)"
	$(MAKE) --no-print-directory setup

constraints:  ## pin the newest version of every tool
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --quiet --custom-compile-command "make constraints" --output-file constraints.txt

.PHONY: help setup check lint fix test test-all test-operation test-mutants docs links reference pictures \
	release constraints
