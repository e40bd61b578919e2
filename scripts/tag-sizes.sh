#!/usr/bin/env bash
# How large the tag's files are, and those of others from npm at fixed versions: all by gzip -9 of the file as it is
# shipped. Writes a table.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

others() { # package@version, files in it that a page loads
  cat <<END
vanilla-cookieconsent@3.1.0 dist/cookieconsent.umd.js dist/cookieconsent.css
klaro@0.7.22 dist/klaro.js
@plausible-analytics/tracker@0.4.6 plausible.js
@snowplow/browser-tracker@4.10.1 dist/index.umd.min.js
@segment/analytics-next@1.84.3 dist/umd/standalone.js
posthog-js@1.449.2 dist/array.js
END
}

row() { # name, files
  local name=$1 raw=0 packed=0 file
  shift
  for file; do
    raw=$((raw + $(wc -c <"$file")))
    packed=$((packed + $(gzip -9nc "$file" | wc -c)))
  done
  printf '| %s | %d | %d |\n' "$name" "$raw" "$packed"
}

echo '| files | bytes | gzip -9 |'
echo '|---|---|---|'
row '`assent.js`' static/assent.js
row '`assent-dialog.js`, when there is something to show' static/assent-dialog.js
row 'both' static/assent.js static/assent-dialog.js
row '`krux.js`, for old pages' static/krux.js
while read -r package files; do
  mkdir "$folder/one"
  (cd "$folder" && npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz -C one --strip-components 1 && rm ./*.tgz)
  (
    cd "$folder/one"
    # shellcheck disable=SC2086
    row "$package: $(echo $files | sed 's/[^ ]*\///g')" $files
  )
  rm -r "$folder/one"
done < <(others)
