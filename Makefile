# Two commands: `make run` starts the desk, `make test` proves it. Needs python3.11+, git and make.
SHELL := /bin/bash
BIN := .venv/bin
STAMP := .venv/.synced
.PHONY: run setup test check bench format docs lock clean

run: setup
	@$(BIN)/autopro demo

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml tools/setup.sh
	@bash tools/setup.sh

test: setup
	@bash tools/test.sh $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot.commands.parity

bench: setup
	$(BIN)/python -m bench.run $(ARGS)

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup
	$(BIN)/python -m tools.settings_doc
	$(BIN)/python -m tools.customer_page

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv var
