# make start   the demonstration on http://localhost:8000/ (PORT and VAR_DIR are honoured)
# make test    every test, on PostgreSQL and on SQLite (ARGS="-k seat" for some of them)
# make drill   the portal under faults, in full: docs/drills.md (ONLY="broker", SEED=7)
# make bench   how fast it is, beside the floors: docs/performance.md (ONLY=feed for one)
# make lint    style, types, templates, migrations, production settings
# make shots   every kind of page at 390 and 1180 pixels
# make lock    renew the locks from requirements*.in
#
# Whatever one of these needs is set up by the rules below, and only when it has changed.
# Needed beforehand: make and python3, 3.11 or newer (PYTHON=python3.12 names another one).

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export VAR_DIR ?= var

# A machine without npm gets one inside the virtual environment.
NPM := $(shell command -v npm || echo $(BIN)/npm)
NPM_NEEDS := $(if $(filter $(BIN)/npm,$(NPM)),$(BIN)/npm)

.PHONY: start test bench drill soak lint shots lock assets
.DELETE_ON_ERROR:

start: $(VENV)/.installed static/build/.built
	@DEMO=1 exec $(BIN)/python manage.py start

test: $(VENV)/.installed-dev static/build/.built
	@exec $(BIN)/python -W "ignore:XDG_RUNTIME_DIR" -m mathshub.testing $(ARGS)

drill: $(VENV)/.installed-dev static/build/.built
	@exec $(BIN)/python -W "ignore:XDG_RUNTIME_DIR" -m mathshub.testing.drill \
		$(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed "$(SEED)") $(ARGS)

bench: $(VENV)/.installed-dev static/build/.built
	@exec $(BIN)/python -W "ignore:XDG_RUNTIME_DIR" -m mathshub.testing.bench $(if $(ONLY),--only "$(ONLY)")

soak: $(VENV)/.installed-dev static/build/.built
	@exec $(BIN)/python -W "ignore:XDG_RUNTIME_DIR" -m mathshub.testing.soak $(if $(ONLY),--only "$(ONLY)") $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --output-format=concise .
	$(BIN)/ruff format --check .
	TESTING=1 $(BIN)/mypy .
	find templates -name '*.html' -o -name '*.txt' | xargs -r $(BIN)/djade --target-version 5.2 --check
	TESTING=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

# Throw-away values of what a production start insists on; nothing is connected to.
PRODUCTION := SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	ALLOWED_HOSTS=hub.example.org SITE_URL=https://hub.example.org DEMO= TESTING= DEBUG= \
	DEFAULT_FROM_EMAIL=portal@hub.example.org EMAIL_URL=smtp+tls://user:password@mail.example.org:587 \
	DATABASE_URL=postgres://portal@localhost/portal REDIS_URL=redis://localhost:6379/0

shots: $(VENV)/.installed-dev static/build/.built
	@DEMO=1 exec $(BIN)/python -m mathshub.testing.shots $(ARGS)

assets: static/build/.built

# uv where there is one: the same installation in a quarter of the time.
ifneq ($(shell command -v uv),)
INSTALL := uv pip install --quiet --python $(BIN)/python --require-hashes -r
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r
endif

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making $(VENV) ..."
ifneq ($(shell command -v uv),)
	@uv venv --quiet --seed --allow-existing --python $(PYTHON) $(VENV)
else
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python's venv is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }
endif

# So that $(BIN)/pytest and $(BIN)/celery find the project, as `python -m` does.
ADD_CHECKOUT = echo "$(CURDIR)" > \
	"$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/checkout.pth"

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt ..."
	@$(INSTALL) requirements.txt
	@$(ADD_CHECKOUT)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing requirements-dev.txt ..."
	@$(INSTALL) requirements-dev.txt
	@$(ADD_CHECKOUT)
	@touch $@ $(VENV)/.installed

$(BIN)/npm: requirements-node.txt | $(BIN)/python
	@echo "Installing npm into $(VENV) ..."
	@$(INSTALL) requirements-node.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | $(NPM_NEEDS)
	@echo "Installing page components ..."
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) ci --loglevel=error
	@touch $@

GOVUK := node_modules/govuk-frontend/dist/govuk
AUTOCOMPLETE := node_modules/accessible-autocomplete/dist
TYPEFACE := node_modules/@fontsource-variable/atkinson-hyperlegible-next/files
SCSS := $(shell find static/scss -name '*.scss' 2>/dev/null)

# The scripts' references to source maps go: the maps are not served.
static/build/.built: $(SCSS) node_modules/.installed Makefile
	@echo "Building styles ..."
	@mkdir -p static/build/fonts
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) run --silent build
	@for file in $(GOVUK)/govuk-frontend.min.js $(AUTOCOMPLETE)/accessible-autocomplete.min.js \
		$(AUTOCOMPLETE)/accessible-autocomplete.min.css; do \
		sed 's,//# sourceMappingURL=.*,,; s,/\*# sourceMappingURL=.*\*/,,' "$$file" \
			> "static/build/$$(basename "$$file")" || exit 1; done
	@cp $(TYPEFACE)/*-wght-normal.woff2 static/build/fonts/
	@touch $@

lock:
	@test -x "$$(command -v uv || echo $(BIN)/uv)" || $(BIN)/python -m pip install --quiet uv
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	COMPILE="$$UV pip compile --quiet --universal --generate-hashes --python-version 3.11"; \
	export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	$$COMPILE requirements.in -o requirements.txt && \
	$$COMPILE -c requirements.txt requirements-dev.in -o requirements-dev.txt && \
	$$COMPILE requirements-node.in -o requirements-node.txt
