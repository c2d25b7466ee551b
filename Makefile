# Every target sets up what it needs by itself: .venv, the locked packages, the servers.
# Needed beforehand: Python 3.11+, make, and Docker with compose or Java 17+ with Maven; what is missing is named.
# STACK=docker or STACK=local decides by hand which servers are used.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
STACK_TOOL := $(PYTHON) -m devstack
DEMO := --project tickets-demo --port-offset 100
PACKAGES := contracts chassis client command-service projector-service query-service
SOURCES := $(PACKAGES:%=%/src)
TESTS := $(wildcard $(PACKAGES:%=%/tests) tests)
READY := .venv/ready
ACTIONLINT := v1.7.7
TOOLS := $(CURDIR)/build/tools
NODE_PACKAGES := catalog/javascript/node_modules/.package-lock.json

.PHONY: help demo demo-down test test-contracts pacts schemas contracts-check contracts-mutation chaos crash bench bench-docs load bench-projector bench-rebuild bench-rebuild-beside bench-fill bench-outage bench-writes lint format up down reset logs ps run e2e lock openapi fuzz

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

demo: $(READY) ## Run the main job on a stack of its own: a real log in, exact figures out (FULL=1: all of it)
	@$(STACK_TOOL) $(DEMO) reset
	@$(STACK_TOOL) $(DEMO) up
	@.venv/bin/tickets --command-url http://127.0.0.1:8101 --query-url http://127.0.0.1:8102 demo $(if $(FULL),--full)
	@echo "The demo's stack goes on running; stop it with: make demo-down"

demo-down: $(READY) ## Stop the demo's stack and drop its data
	@$(STACK_TOOL) $(DEMO) reset

test: $(READY) $(if $(SERVICE),,$(NODE_PACKAGES)) ## Run all tests but the end-to-end ones (SERVICE=query-service: that service's only)
	@$(if $(SERVICE),$(if $(filter $(SERVICE),$(PACKAGES)),,$(error there is no $(SERVICE); there are $(PACKAGES))))
	@$(PYTHON) -m pytest -m "not e2e and not thorough" $(if $(SERVICE),$(SERVICE)/tests,-n 2 --dist loadgroup)

test-contracts: $(READY) $(if $(SERVICE),,$(NODE_PACKAGES)) ## Check what teams promise each other, without any server (SERVICE=query-service: that team's side only)
	@$(if $(SERVICE),$(if $(filter $(SERVICE),$(PACKAGES)),,$(error there is no $(SERVICE); there are $(PACKAGES))))
	@$(PYTHON) -m pytest -m contract $(or $(SERVICE:%=%/tests/contracts),$(wildcard $(PACKAGES:%=%/tests/contracts) tests/contracts))

pacts: $(READY) ## Write pacts/ anew, as the consumers' tests say what they need (SERVICE=query-service: that one's)
	@$(PYTHON) -m pytest -m contract -k committed_pact --write-pacts $(or $(SERVICE:%=%/tests/contracts),$(wildcard $(PACKAGES:%=%/tests/contracts)))

e2e: $(READY) ## Run the end-to-end tests against the stack that `make up` started
	@$(PYTHON) -m pytest -m e2e tests

fuzz: $(READY) ## Let schemathesis attack both APIs of the stack that `make up` started (LONG=1: 50,000 cases and more)
	@for port in 8001 8002; do \
	  .venv/bin/st run http://127.0.0.1:$$port/openapi.json --checks all $(if $(LONG),--max-examples 2500,--max-time 60) || exit 1; \
	done

schemas: $(READY) ## Write contracts/schemas/ from the models
	@$(PYTHON) -m gate schemas

contracts-check: $(READY) ## Refuse contracts that would break another team (BASE=origin/main: what they are compared with)
	@$(PYTHON) -m gate check $(or $(BASE),origin/main)

contracts-mutation: $(READY) ## Mutate each field of each contract, and compare what the gate says with what happens (minutes)
	@$(PYTHON) -m tests.contracts.mutation

chaos: $(READY) ## Strike everything under load and judge what is left (LONG=1: all cells, an hour; SEED=n; REPORT=docs)
	@$(PYTHON) -m tests.chaos $(if $(LONG),--long) $(if $(SEED),--seed $(SEED)) $(if $(REPORT),--report $(REPORT))

crash: $(READY) ## Stop each service at each step between durable effects, and judge what is left (make test: some of them)
	@$(PYTHON) -m pytest tests/crash

bench: $(READY) ## Measure the table of docs/benchmarks beside the baseline (QUICK=1: in under 10 minutes; ROWS=…: these)
	@$(PYTHON) -m tests.load.bench $(if $(QUICK),--size quick) $(if $(ROWS),--rows $(ROWS))

bench-docs: $(READY) ## Write the figures of build/bench.json into docs/benchmarks/ and README.md, with pictures
	@$(PYTHON) -m tests.load.bench.publish

load: $(READY) ## Let a help desk work for a minute and report on it, by locust (USERS=100 SECONDS=60 TICKETS=20000)
	@$(PYTHON) -m tests.load.traffic $(if $(USERS),--users $(USERS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TICKETS),--tickets $(TICKETS))

bench-projector: $(READY) ## Measure events per second of the projector, beside a plain one
	@$(PYTHON) -m tests.load.projector

bench-rebuild: $(READY) ## Measure events per second of a rebuild of ten copies of the real log
	@$(PYTHON) -m tests.load.rebuild

bench-rebuild-beside: $(READY) ## Measure reads and commands while a rebuild runs at a limited rate and takes over
	@$(PYTHON) -m tests.load.rebuild_beside

bench-fill: $(READY) ## Measure how fast an empty query service fills itself with the real log
	@$(PYTHON) -m tests.load.fill

bench-outage: $(READY) ## Measure commands while Kafka is away for a minute, and the catching up
	@$(PYTHON) -m tests.load.outage

bench-writes: $(READY) ## Measure what a write costs each process, and when it can be read (RATES="20 100": at these rates)
	@$(PYTHON) -m tests.load.writes

lint: $(READY) ## Check style, format, types and the direction of imports
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@$(PYTHON) -m mypy $(SOURCES) catalog devstack gate tests conftest.py
	@for package in $(PACKAGES); do $(PYTHON) -m mypy $$package/tests || exit 1; done # their conftest.py share a name
	@.venv/bin/lint-imports

format: $(READY) ## Bring all files into the project's format
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

up: $(READY) ## Start the stack; returns when all three services are ready
	@$(STACK_TOOL) up

down: $(READY) ## Stop the stack and keep its data
	@$(STACK_TOOL) down

reset: $(READY) ## Stop the stack and drop its data; asks nothing
	@$(STACK_TOOL) reset

openapi: $(READY) ## Write what the APIs say of themselves into docs/openapi/
	@mkdir -p docs/openapi
	@$(PYTHON) -m ticket_chassis.openapi_files docs/openapi command_service query_service

.PHONY: catalog asyncapi docs specification-tools independent pipelines
catalog: $(READY) ## Print who sends and receives which topic and reads which fields, and write docs/catalog.md
	@$(PYTHON) -m catalog

asyncapi: $(READY) ## Write what the services send and receive over Kafka into docs/asyncapi/
	@$(PYTHON) -m catalog asyncapi

docs: $(READY) $(NODE_PACKAGES) ## Make an HTML page of each specification in build/docs/ (needs Node.js 20)
	@$(PYTHON) -m catalog html

specification-tools: $(NODE_PACKAGES) ## Install the official AsyncAPI parser and the viewers, where Node.js is there

# Tests that need them are left out, and say so, where they cannot be installed.
$(NODE_PACKAGES): catalog/javascript/package-lock.json
	@echo "Installing the locked packages into catalog/javascript ..."
	@cd catalog/javascript && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 1 --loglevel error && \
	  touch node_modules/.package-lock.json || \
	  echo "The AsyncAPI parser is not installed; what needs it is left out: Node.js 20 or its registry is missing" >&2

independent: $(READY) ## Run SERVICE=query-service alone, with the previous contracts and with these, on a real broker
	@$(PYTHON) -m tests.independent $(or $(SERVICE),$(error say which one: make independent SERVICE=query-service))

pipelines: ## Check the teams' pipelines with actionlint (needs Go, or actionlint)
	@if command -v actionlint >/dev/null; then actionlint; \
	elif command -v go >/dev/null; then \
	  [ -x $(TOOLS)/actionlint ] || GOBIN=$(TOOLS) go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT); \
	  $(TOOLS)/actionlint; \
	else echo "The pipelines are not checked: Go is missing, or actionlint" >&2; fi

logs: $(READY) ## Follow the stack's logs (SERVICE=query-service: that one's)
	@$(STACK_TOOL) logs --follow $(SERVICE)

ps: $(READY) ## Show what runs
	@$(STACK_TOOL) ps

run: $(READY) ## Run SERVICE=query-service from this checkout, reloading, against the rest of the stack
	@$(STACK_TOOL) run $(or $(SERVICE),$(error say which one: make run SERVICE=query-service))

lock: $(READY) ## Lock the packages anew, with hashes
	@requirements/lock.sh

# The file is as old as the last install; a changed lock or package makes it too old.
$(READY): requirements/dev.txt requirements/build.txt $(PACKAGES:%=%/pyproject.toml) devstack/bootstrap.sh
	@devstack/bootstrap.sh $(PACKAGES)
	@touch $@
