# Needs Python 3.11 or newer and nothing else: `make demo`, `make test`. CONTRIBUTING.md names the rest.
PYTHON ?= python3
PORT ?= 8501
GATEWAY ?= 8600
ARGS ?=
SEED ?=
RUN := .venv/bin/python

.PHONY: help demo kafka shop test check format lock wheel jars bench bench-scrub reliability clean

help:
	@echo "make demo         a shop's history in the browser, on 127.0.0.1:$(PORT) (PORT=... for another; SEED=... goes to the seed)"
	@echo "make kafka        the same through a real Kafka broker, without Docker (needs Java; Maven once)"
	@echo "make shop         a living shop of services on a real broker, watched in the dashboard; the gateway is on $(GATEWAY)"
	@echo "make test         every test that can run here (ARGS=... goes to pytest)"
	@echo "make check        ruff and mypy"
	@echo "make format       put the code into ruff's form"
	@echo "make bench        the throughput figures; make reliability: the faults, each with its control"
	@echo "make bench-scrub  how smoothly the moment bar and the story move, in a real Chromium"
	@echo "make wheel        build the wheel into dist/"
	@echo "make lock         bring requirements.lock up to pyproject.toml"
	@echo "make jars         fetch the Kafka broker's jars, once"
	@echo "make clean        remove the environment and what tools left; .demo/ with its data stays"

# The environment: exactly what requirements.lock names, and this checkout on top.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) scripts/environment.py

demo: .venv/ready
	@$(RUN) scripts/stack.py demo --port $(PORT) -- $(SEED)

kafka: .venv/ready
	@$(RUN) scripts/stack.py kafka --port $(PORT) -- $(SEED)

shop: .venv/ready
	@$(RUN) scripts/stack.py shop --port $(PORT) --gateway $(GATEWAY) $(ARGS)

test: .venv/ready
	@$(RUN) -m pytest $(or $(ARGS),-n 2 --dist loadfile --no-loadscope-reorder)

check: .venv/ready
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

format: .venv/ready
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

jars: .venv/ready
	@$(RUN) -m seed.broker jars

bench: .venv/ready
	@$(RUN) -m benchmarks $(ARGS)

bench-scrub: .venv/ready
	@$(RUN) -m benchmarks scrubbing $(ARGS)

reliability: .venv/ready
	@$(RUN) -m benchmarks.reliability $(ARGS)

wheel: .venv/ready
	@rm -rf build
	@$(RUN) -m build --wheel --no-isolation

lock: .venv/ready
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --extra shop --group dev pyproject.toml -o requirements.lock $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
