#!/usr/bin/env bash
# Measures the built components in the built host: `make bench`. ROUNDS=5 SECONDS_EACH=4 by default.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for tool in wrk python3; do command -v $tool >/dev/null || missing+=($tool); done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "bench: install ${missing[*]} first" >&2; exit 1; }
  echo "bench: installing ${missing[*]} …" >&2
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update >/dev/null && $sudo apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
cargo build --profile wasm --target wasm32-wasip2 -p bench-hello -p bench-raw302
exec python3 benches/run.py
