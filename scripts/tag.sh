#!/usr/bin/env bash
# Makes what pages load, static/*.js, out of what people read, static/src/*.js, with a fixed version of terser; and
# says how large it is. `scripts/tag.sh check` makes nothing and fails where the two differ.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(scripts/npm-tools.sh)

minified() { # file
  printf '// Assent %s. To read: src/%s. Apache-2.0.\n' "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)" "$1"
  "$tools/.bin/terser" "static/src/$1" --compress passes=2 --mangle --ecma 2022
}

for file in assent.js assent-dialog.js assent-cmp.js krux.js; do
  if [ "${1:-}" = check ]; then
    minified "$file" | cmp -s - "static/$file" || { echo "static/$file is not made from static/src/$file: run make tag" >&2; exit 1; }
  else
    minified "$file" >"static/$file.new" && mv "static/$file.new" "static/$file"
  fi
  printf '  %-18s %6d bytes, gzip -9: %5d\n' "$file" "$(wc -c <"static/$file")" "$(gzip -9nc "static/$file" | wc -c)"
done
