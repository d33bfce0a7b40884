#!/usr/bin/env bash
# Runs every test. Some need Debian programs: as root on Debian they are installed here; elsewhere what is missing is said, and its
# tests are left out (with CI=true that is a failure).
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A PACKAGE_OF=(
  [/usr/lib/postgresql]=postgresql
  [/usr/sbin/dovecot]=dovecot-imapd
  [/usr/sbin/postfix]=postfix
  [/usr/sbin/opendkim]=opendkim
  [/usr/bin/chromium]=chromium
  [/usr/bin/swaks]=swaks
  [/usr/bin/s-nail]=s-nail
  [/usr/bin/mutt]=mutt
  [/usr/bin/strace]=strace
  [/usr/bin/systemd-analyze]=systemd
  [/usr/bin/promtool]=prometheus
  [/usr/sbin/logrotate]=logrotate
)
missing=()
for path in "${!PACKAGE_OF[@]}"; do [ -e "$path" ] || missing+=("${PACKAGE_OF[$path]}"); done
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "test: installing ${missing[*]} for their suites"
  export DEBIAN_FRONTEND=noninteractive
  # A package's own service must not start: the tests bring their servers up themselves, on free ports.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; trap 'rm -f "$policy"' EXIT; fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
elif [ ${#missing[@]} -gt 0 ]; then
  echo "test: not installed, so their suites are left out: ${missing[*]}" >&2
  if [ "${CI:-}" = true ]; then echo "test: CI=true, a left-out suite is a failure" >&2; exit 1; fi
fi
.venv/bin/python -m pytest -n auto --dist loadfile "$@"
