#!/usr/bin/env bash
# kill -9, 1 000 times (or as often as the argument says), during a load of decisions and clicks.
set -euo pipefail
cd "$(dirname "$0")/.."
make build
ASSENT_BUILT=1 ASSENT_KILLS=${1:-1000} cargo test --release -p assent-tests --test kill9 -- --nocapture
