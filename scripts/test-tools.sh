#!/usr/bin/env bash
# Brings what the tests need beyond Rust. From Debian: Chromium with its driver, Redis, Node.js with npm for axe-core and
# terser, and a clock that can be set for one process. From PyPI: Schemathesis, into target/. From crates.io: a store
# that is compatible with S3, into target/tools. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'test-tools: %s\n' "$*" >&2; }

# Pinned: a new version may look for more. Without it one test says that it was skipped.
schemathesis() {
  local version=4.32.5 place=target/test-tools/schemathesis log
  [ "$(cat "$place/version" 2>/dev/null)" = "$version" ] && return
  log=$(mktemp)
  if python3 -m venv --clear "$place" >"$log" 2>&1 &&
    "$place/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" >>"$log" 2>&1; then
    echo "$version" >"$place/version"
  else
    say "Schemathesis is left out: python3 with venv, and PyPI, are needed for it. $(tail -n 1 "$log")"
    rm -rf "$place"
  fi
  rm -f "$log"
}

s3s=0.14.1
if ! target/tools/bin/s3s-fs --version 2>/dev/null | grep -qF " $s3s"; then
  say "building s3s-fs $s3s …"
  # A folder of its own: its dependencies have other features.
  CARGO_TARGET_DIR=target/tools/build cargo install s3s-fs --version "$s3s" --features binary --locked --debug --quiet \
    --root target/tools
  rm -rf target/tools/build
fi

missing() {
  command -v chromedriver >/dev/null && { command -v chromium >/dev/null || command -v google-chrome >/dev/null; } ||
    echo chromium chromium-driver fonts-dejavu-core
  command -v redis-server >/dev/null && command -v redis-cli >/dev/null || echo redis-server redis-tools
  python3 -c "import ensurepip" 2>/dev/null || echo python3-venv
  command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || echo libfaketime
}
mapfile -t packages < <(missing | tr ' ' '\n')
tools() {
  schemathesis
  scripts/npm-tools.sh >/dev/null
}
[ ${#packages[@]} -eq 0 ] && { tools; exit; }

if ! command -v apt-get >/dev/null; then
  say "the tests need chromium and chromedriver of the same version, redis-server, Node 20 with npm, and libfaketime. Install them and run this again."
  exit 1
fi
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
say "installing ${packages[*]} …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"; }
if ! { install >"$log" 2>&1 || { as_root apt-get update >>"$log" 2>&1 && install >>"$log" 2>&1; }; } || [ -n "$(missing)" ]; then
  tail -n 5 "$log" >&2
  say "could not install them. As root: apt-get install ${packages[*]}"
  exit 1
fi
tools
