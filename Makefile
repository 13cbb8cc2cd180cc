# make run   serve the web chat on localhost        make test   run all tests
# make demo  the same with a month of sample data
# make chat  talk in the terminal                   make check  format, lint, types, import direction
# PYTHON=python3.12 chooses another interpreter (3.11 or newer); PIP_INDEX_URL another package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup run demo chat test check format clean

setup: $(VENV)/run.stamp
	$(BIN)/python main.py kb build

run: $(VENV)/run.stamp
	$(BIN)/python main.py

# In a folder of its own, so that nothing real is mixed with it.
demo: export HELPDESK_DATA = var/demo
demo: $(VENV)/run.stamp
	test -e var/demo/helpdesk.sqlite || $(BIN)/python main.py demo
	$(BIN)/python main.py

chat: $(VENV)/run.stamp
	$(BIN)/python main.py chat

# The knowledge is compiled first: test processes that find it missing would each make it.
test: $(VENV)/dev.stamp
	$(BIN)/python main.py kb build
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --verbose
	$(BIN)/python -m tests.rooms
	$(BIN)/python main.py kb check

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) var/knowledge .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=… (this is $$($(PYTHON) --version))" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

# Kills the program 50 times while people talk to it; and keeps the Bot API away for a minute, among other trouble.
.PHONY: faults
faults: $(VENV)/dev.stamp
	$(BIN)/python -m tests.faults.run --kills 50
	FAULTS_LATE=60 $(BIN)/python -m pytest tests/faults/test_outages.py
