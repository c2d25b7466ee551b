#!/usr/bin/env bash
# Makes .venv with the locked packages and the six packages of this repository: bootstrap.sh PACKAGE...
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && new_enough "$name"; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.11 or later, with its venv module, is missing. Install it with:" >&2
  if command -v brew >/dev/null; then echo "  brew install python@3.13" >&2
  elif command -v dnf >/dev/null; then echo "  sudo dnf install -y python3.13" >&2
  else echo "  sudo apt-get install -y python3 python3-venv" >&2; fi
  return 1
}

if ! [ -x .venv/bin/python ] || ! new_enough .venv/bin/python; then
  python=$(find_python)
  "$python" -m venv --clear .venv
fi
echo "Installing the locked packages into .venv ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation "${@/#/--editable=./}"
