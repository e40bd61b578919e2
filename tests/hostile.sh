#!/usr/bin/env bash
# A million hostile requests (or as many as the argument says) against the running application.
set -euo pipefail
cd "$(dirname "$0")/.."
make build
ASSENT_BUILT=1 HOSTILE_REQUESTS=${1:-1000000} HOSTILE_SEED=${2:-$RANDOM} \
    cargo test --release -p assent-tests --test hostile -- --nocapture
