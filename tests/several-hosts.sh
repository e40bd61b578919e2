#!/usr/bin/env bash
# The end-to-end tests against three hosts behind nginx, with one Redis and one state folder.
set -euo pipefail
cd "$(dirname "$0")/.."
: make build
scripts/test-tools.sh
state=$(mktemp -d)
export ASSENT_ADMIN_TOKEN=admin-token-of-the-tests-$RANDOM$RANDOM
SPIN_VARIABLE_ADMIN_TOKEN=$ASSENT_ADMIN_TOKEN LISTEN=${LISTEN:-127.0.0.1:3999} STATE=$state \
  deploy/several-hosts.sh "${1:-3}" >"$state/out" &
service=$!
trap 'kill $service; wait $service || true; rm -rf "$state"' EXIT
until grep -q '^listening on ' "$state/out"; do kill -0 $service || exit 1; sleep 0.1; done
ASSENT_BASE_URL=$(sed -n 's/^listening on //p' "$state/out")
export ASSENT_BASE_URL
ASSENT_BUILT=1 cargo test --release -p assent-tests --no-fail-fast
