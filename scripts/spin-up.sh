#!/usr/bin/env bash
# Runs the application under real Spin with the state folder, and so the secrets, of `assent up`.
set -euo pipefail
cd "$(dirname "$0")/.."
state=${STATE:-.assent}
say() { printf 'spin-up: %s\n' "$*" >&2; }

if ! command -v spin >/dev/null; then
  say "Spin is not installed. Get 4.1 or later from https://spinframework.dev/install, or use 'make up', which needs no Spin."
  exit 1
fi
version=$(spin --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
if [ "$(printf '4.1\n%s\n' "$version" | sort -V | head -n 1)" != 4.1 ]; then
  say "Spin $version is too old: these components need WASI 0.3, which Spin has from 4.1 on."
  exit 1
fi
if [ ! -e "$state/secrets.toml" ] && [ -z "${SPIN_VARIABLE_HASH_SECRET:-}" ]; then
  say "no secrets in $state yet. Start 'make up' once, which makes them, or set SPIN_VARIABLE_HASH_SECRET and SPIN_VARIABLE_TOKEN_SECRETS."
  exit 1
fi
while read -r name value; do
  variable="SPIN_VARIABLE_${name^^}"
  [ -n "${!variable:-}" ] || export "$variable=$value"
done < <(sed -n 's/^\([a-z_]*\) = "\([0-9a-f,]*\)"$/\1 \2/p' "$state/secrets.toml" 2>/dev/null)
export SPIN_VARIABLE_DEMO=${SPIN_VARIABLE_DEMO:-true}
# RUST_LOG and no request log: the paths of links and forms hold people's tokens.
RUST_LOG=${RUST_LOG:-warn} exec spin up --listen "${LISTEN:-127.0.0.1:3000}" --state-dir "$state" \
  --log-dir "$state/logs" --request-timeout 30s --max-instance-reuse-count 2000..4000
