#!/usr/bin/env bash
# Locks what the services and the developers install, with hashes, for Python 3.11 and later on any platform.
# Versions stay as they are unless a package asks for others; `requirements/lock.sh --upgrade` takes the newest.
# No index is written into the files, so that they say nothing about the network they were made in.
set -euo pipefail
cd "$(dirname "$0")/.."
options=("$@")
uv=.venv/bin/uv
members=(contracts chassis client command-service projector-service query-service)
services=(command-service projector-service query-service)

compile() { # OUTPUT ARGUMENTS...
  local output=$1
  shift
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
    --no-emit-package ticket-contracts --no-emit-package ticket-chassis --output-file "$output" "${options[@]}" "$@"
}

# Development first: what the tests ran with is what the images get.
compile requirements/dev.txt --group pyproject.toml:dev "${members[@]/%//pyproject.toml}"
for service in "${services[@]}"; do
  compile "requirements/$service.txt" --constraint requirements/dev.txt "$service/pyproject.toml"
done
compile requirements/build.txt --constraint requirements/dev.txt requirements/build.in
compile requirements/mongod.txt requirements/mongod.in
