#!/usr/bin/env bash
# Makes .venv from requirements.lock. Called by make; runs again only when the lock changed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

find_python() {
  local name
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$name"; return; }
  done
  return 1
}

make_venv() {
  # A system Python may refuse pip (PEP 668), which a venv does not mind, or lack ensurepip (Debian without
  # python3-venv): then a uv, a virtualenv or a system pip that is already there serves as well.
  local python=$1
  "$python" -m venv --clear .venv >/dev/null 2>&1 && [ -x .venv/bin/pip ] && return
  rm -rf .venv
  if command -v uv >/dev/null 2>&1; then uv venv --quiet --seed --python "$python" .venv && return; fi
  if "$python" -m virtualenv --version >/dev/null 2>&1; then "$python" -m virtualenv --quiet .venv && return; fi
  if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip .venv; then return; fi
  rm -rf .venv
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "setup: this Python has no ensurepip; installing python3-venv" >&2
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && "$python" -m venv .venv && return
  fi
  fail "cannot make a virtual environment: $python has no ensurepip. Install it (Debian, Ubuntu: 'sudo apt-get install python3-venv') and run make again."
}

install_uv() {
  local pin
  pin=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)
  if [ -x .venv/bin/pip ]; then .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$pin" && return
  else "$PYTHON_FOUND" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check "uv==$pin" && return; fi
  fail "could not install uv==$pin; is the package index reachable? Then run make again."
}

PYTHON_FOUND=$(find_python) || fail "Python 3.11 or newer is needed. Install it (Debian 12, Ubuntu 24.04: 'sudo apt-get install python3 python3-venv') or name one: PYTHON=/path/to/python3 make setup"
[ -x .venv/bin/python ] || { echo "setup: making .venv with $PYTHON_FOUND"; make_venv "$PYTHON_FOUND"; }
[ -x .venv/bin/uv ] || install_uv
.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
touch .venv/.synced
