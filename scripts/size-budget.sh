#!/usr/bin/env bash
# How large each component may be. An instance starts from it, and every host that gets a new version loads it;
# so growth is a decision: raise the number here, and say in the commit what it bought.
set -euo pipefail
cd "$(dirname "$0")/.."

budgets() { # component, KiB
  cat <<END
consent 3700
contacts 1850
feed 1300
links 3050
preferences 3000
results 1600
site 700
END
}

status=0
while read -r name budget; do
  file=target/wasm32-wasip2/wasm/assent_$name.wasm
  if [ ! -f "$file" ]; then
    echo "$file is missing: run make build" >&2
    exit 1
  fi
  size=$(($(wc -c <"$file") / 1024))
  printf '  %-12s %5d KiB of %5d\n' "$name" "$size" "$budget"
  if [ "$size" -gt "$budget" ]; then
    echo "assent_$name.wasm is larger than its budget. Find out what grew (twiggy top, cargo tree), or raise it in scripts/size-budget.sh." >&2
    status=1
  fi
done < <(budgets)
exit $status
