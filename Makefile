# make demo   set everything up and triage the sample letters into an Excel file
# make test   set everything up and pass the tests
# make check  style, types, the one-way corridor, the notebook's cleanliness
# make bench  every figure of the README (accuracy needs CORPUS=<folder of the measuring corpus>)
# make train  rebuild models/default (needs CORPUS)
PYTHON ?= python3
CORPUS ?= ../shared/corpus
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check bench train lock clean
demo: $(READY)
	@mkdir -p out
	@$(BIN)/petition triage data/samples/letters.xlsx --office sample -o out/triaged.xlsx

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m tests.benchmarks --corpus $(CORPUS)

train: $(READY) build/figures.json
	$(BIN)/petition train --corpus $(CORPUS) --figures build/figures.json -o models/default

build/figures.json: $(READY)
	@mkdir -p build
	$(BIN)/petition evaluate --corpus $(CORPUS) --json build/figures.json --html build/figures.html

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Needs uv (https://docs.astral.sh/uv) on the PATH; everything else works without it.
lock:
	uv pip compile pyproject.toml --group dev --group build --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.lock

clean:
	rm -rf .venv out build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
