PYTHON ?= .venv/bin/python

.PHONY: help install lock test check audit format screens settings translations api-examples demo-form bench clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: ## Make .venv with everything for development
	python3.11 -m venv .venv
	$(PYTHON) -m pip install --quiet --upgrade pip
	$(PYTHON) -m pip install --quiet -e '.[train,test]'

lock: ## Bring uv.lock, which the image is built from, in step with pyproject.toml
	$(PYTHON) -m pip install --quiet uv
	.venv/bin/uv lock --no-config

test: ## Run all checks and tests, as CI does
	$(PYTHON) -m pytest -n 3 --dist loadfile

check: ## Lint, types, import contracts only (seconds)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

audit: ## Ask PyPI's advisory database about every package of uv.lock (needs the internet)
	$(PYTHON) -m pip install --quiet uv pip-audit
	.venv/bin/uv export --no-config --frozen --quiet --no-emit-project --format requirements-txt -o /tmp/fieldhand-audit.txt
	.venv/bin/pip-audit --disable-pip --require-hashes -r /tmp/fieldhand-audit.txt

format: ## Format and fix what ruff can fix
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

screens: ## Refresh the pictures of every page in docs/screens
	$(PYTHON) -m tests.browser.screens

settings: ## Write docs/settings.md from the declarations
	$(PYTHON) -m tools.settings_page

translations: ## Bring the catalogues of all languages up to date and compile them
	$(PYTHON) -m tools.translations

api-examples: ## Carry every operation of the API out and keep the document's examples
	$(PYTHON) -m tests.api.scenario

demo-form: ## Draw the demo's blank, template and filled pages anew
	$(PYTHON) -m benchmarks.draw_demo

bench: ## Run every benchmark (minutes)
	for b in pages classifier registration segmentation; do $(PYTHON) -m benchmarks.$$b; done

clean: ## Remove caches
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
