#!/usr/bin/env bash
# Races on few subjects through three hosts on one Redis and one database, 20 rounds (or as many as the argument
# says), the second half with Redis stopped for some seconds in each.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-20}
make build
race() { ASSENT_BUILT=1 ASSENT_RACE_ROUNDS=$1 ASSENT_RACE_STALLS=$2 cargo test --release -p assent-tests --test races -- --nocapture; }
race $(((rounds + 1) / 2)) 0
race $(((rounds + 1) / 2)) 1
