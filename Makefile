# Two commands do everything on a fresh machine: `make demo` and `make test`. They need Python 3.11–3.13 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint bench soak bundle lock clean

demo: $(VENV)/.run
	$(BIN)/juesuan demo

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not soak and not benchmark"
	$(BIN)/python -m pytest -m benchmark -p no:randomly

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m pytest -m benchmark -p no:randomly -s

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -m soak -s

# Checkout and dependency wheels in one archive, for an office without internet: unpack, then `make demo`.
bundle: $(VENV)/.run
	rm -rf build/bundle && mkdir -p build/bundle/wheels
	git archive HEAD | tar -x -C build/bundle
	$(PIP) download --quiet --no-deps --require-hashes -r requirements.lock -d build/bundle/wheels
	$(PIP) download --quiet --no-deps "setuptools>=69" wheel -d build/bundle/wheels
	tar -czf build/juesuan-bundle.tar.gz -C build/bundle .
	@echo "已生成 build/juesuan-bundle.tar.gz"

# New locks for Python 3.11–3.13: names, versions and hashes only. They are whole: pip installs them without looking further.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.lock

# A folder `wheels` beside this file (see bundle) is used instead of a package registry.
OFFLINE := $(if $(wildcard wheels),--no-index --find-links wheels,)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet $(OFFLINE) --no-deps --require-hashes -r requirements.lock
	$(PIP) install --quiet $(OFFLINE) --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(PIP) install --quiet $(OFFLINE) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) build out
