# Thin names for what the scripts do; nothing here is needed to run or test the program.
.PHONY: run test lint format lock bench chaos chaos-short bundle screenshots sample
PDF ?= resources/sample/sample.pdf

run:
	./run
test:
	./test
lint:
	bash packaging/setup.sh test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
format:
	bash packaging/setup.sh test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
lock:
	bash packaging/lock.sh
bench:
	bash packaging/setup.sh run
	.venv/bin/python -m tests.bench.bench_split "$(PDF)"
chaos:
	bash packaging/setup.sh test
	.venv/bin/python -m tests.bench.chaos --seeds 10
chaos-short:
	bash packaging/setup.sh test
	.venv/bin/python -m pytest -q -s tests/process/test_chaos.py
bundle:
	bash packaging/build.sh
screenshots:
	bash packaging/setup.sh test
	.venv/bin/python packaging/screenshots.py
sample:
	bash packaging/setup.sh run
	.venv/bin/python packaging/make_sample.py
