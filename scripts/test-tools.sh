#!/usr/bin/env bash
# Brings what the browser test needs: Chromium and its driver, from Debian. Safe to run again.
set -euo pipefail
say() { printf 'test-tools: %s\n' "$*" >&2; }

have() { command -v chromedriver >/dev/null && { command -v chromium >/dev/null || command -v google-chrome >/dev/null; }; }
have && exit 0

if ! command -v apt-get >/dev/null; then
  say "the browser test needs chromium and chromedriver of the same version. Install both and run this again."
  exit 1
fi
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
say "installing chromium and chromium-driver …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium chromium-driver fonts-dejavu-core; }
if ! { install >"$log" 2>&1 || { as_root apt-get update >>"$log" 2>&1 && install >>"$log" 2>&1; }; } || ! have; then
  tail -n 5 "$log" >&2
  say "could not install them. As root: apt-get install chromium chromium-driver"
  exit 1
fi
