#!/usr/bin/env bash
# Faults under load, in their long form: each lasts 10 s, 5 000 requests are cut off.
set -euo pipefail
cd "$(dirname "$0")/.."
make build
scripts/test-tools.sh
echo '| fault | lasted | decisions | redirects | answers again after | afterwards |'
ASSENT_BUILT=1 ASSENT_FAULT_SECONDS=${1:-10} ASSENT_CUTS=5000 \
  cargo test --release -p assent-tests --test faults -- --nocapture --test-threads=1
