# Two commands: `make run` starts the whole service, `make test` runs the whole suite.
# Both need only Python 3.11+ and make; everything else goes into .venv and var.

PYTHON ?= python3
PORT ?= 8000
# Further arguments for pytest, e.g. make test ARGS="tests/orders -x"
ARGS ?=
# Processes that the suite is spread over.
JOBS ?= 2

BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
APPS := membership bundles orders delivery config

# Compiled modules are kept even where the environment says otherwise: starting takes a third of the time.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: run test bench lint types pictures lock translations messages clean

run: .venv/run.stamp
	@$(BIN)/python manage.py serve --port $(PORT)

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

# One JSON line for each measurement.
bench: .venv/dev.stamp
	@$(BIN)/python -m tests.benchmarks.compose
	@$(BIN)/python -m tests.benchmarks.routes
	@$(BIN)/python -m tests.benchmarks.routes_days
	@$(BIN)/python -m tests.benchmarks.routes_published
	@$(BIN)/python -m tests.benchmarks.materialise

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet $(APPS)
	$(BIN)/lint-imports

types: .venv/dev.stamp
	$(BIN)/mypy

# The screenshots of the README, from a service started for it (needs chromium).
pictures: .venv/dev.stamp
	$(BIN)/python -m tests.e2e.pictures

# Resolve the dependencies of pyproject.toml again (needs uv); the locks name no package host.
lock:
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --universal --python-version 3.11 \
		--output-file requirements.lock pyproject.toml
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --universal --python-version 3.11 \
		--group dev --output-file requirements-dev.lock pyproject.toml

# Bring new texts of the source into the Korean ones, to be filled in there (needs GNU gettext).
translations: .venv/dev.stamp
	$(BIN)/python manage.py makemessages --locale ko --no-obsolete --no-wrap --add-location file \
		--ignore .venv --ignore var --ignore tests --ignore staticfiles --ignore node_modules

# Compile the translations; the .mo files are kept in the repository, so that running needs no gettext.
messages: .venv/dev.stamp
	$(BIN)/python -c "import pathlib, polib; [polib.pofile(str(po)).save_as_mofile(str(po.with_suffix('.mo'))) \
		for po in pathlib.Path('config/locale').glob('*/LC_MESSAGES/*.po')]"

# Everything that can be made again. The data of the embedded service, var, stays.
clean:
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find $(APPS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as old as the last installation: pip runs again only when a lock has changed.
.venv/made.stamp:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \
		'Kkureomi needs Python 3.11 or newer; name it with make PYTHON=/path/to/python3.11')"
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.lock
	@echo "Installing the locked packages (once; about a minute)"
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

.venv/dev.stamp: .venv/made.stamp requirements-dev.lock
	@echo "Installing the locked packages for development (once; about a minute)"
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@
