#!/usr/bin/env bash
# Brings the tools from npm at fixed versions (scripts/tools/package-lock.json), and prints where they are. Safe to run
# again.
set -euo pipefail
cd "$(dirname "$0")/tools"
say() { printf 'npm-tools: %s\n' "$*" >&2; }

if ! cmp -s package-lock.json node_modules/.brought; then
  if ! command -v npm >/dev/null; then
    say "needs Node.js with npm: as root, apt-get install nodejs npm"
    exit 1
  fi
  say "installing axe-core and terser …"
  npm ci --ignore-scripts --no-audit --no-fund --silent >&2
  cp package-lock.json node_modules/.brought
fi
echo "$PWD/node_modules"
