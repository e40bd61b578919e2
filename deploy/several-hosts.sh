#!/usr/bin/env bash
# Several hosts on this machine as one service: one Redis, one state folder, nginx in front. No containers.
#
#   deploy/several-hosts.sh [number of hosts, 3]
#
# LISTEN (127.0.0.1:3000) is where nginx listens, STATE (.assent) what is kept, REDIS (redis://…) a Redis that
# runs already; without it one is started that keeps nothing. Ctrl-C stops everything that this has started.
set -euo pipefail
cd "$(dirname "$0")/.."
hosts=${1:-3} listen=${LISTEN:-127.0.0.1:3000} state=${STATE:-.assent}
say() { printf 'several-hosts: %s\n' "$*" >&2; }

nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || { say "nginx is missing: apt-get install nginx-light"; exit 1; }
[ -x target/release/assent ] || { say "nothing is built yet: make build"; exit 1; }
run=$(mktemp -d)
pids=()
stop() {
  trap - EXIT INT TERM
  # The hosts before Redis: they still write what happened.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || continue
    wait "${pids[i]}" 2>/dev/null || true
  done
  rm -rf "$run"
}
trap stop EXIT
trap 'exit 0' INT TERM

redis=${REDIS:-}
if [ -z "$redis" ]; then
  command -v redis-server >/dev/null || { say "redis-server is missing: apt-get install redis-server, or set REDIS"; exit 1; }
  redis-server --port 0 --unixsocket "$run/redis.sock" --save "" --appendonly no --dir "$run" >"$run/redis.log" &
  pids+=($!)
  redis=redis+unix://$run/redis.sock
  until [ -S "$run/redis.sock" ]; do kill -0 "$!" || exit 1; sleep 0.02; done
fi
sed "s|^url = .*|url = \"$redis\"|" deploy/redis.toml >"$run/runtime-config.toml"
chmod 600 "$run/runtime-config.toml"

servers=
for ((i = 1; i <= hosts; i++)); do
  target/release/assent up --listen 127.0.0.1:0 --state-dir "$state" --runtime-config-file "$run/runtime-config.toml" >"$run/host-$i" &
  pids+=($!)
  # One after the other: the first makes the secrets and compiles the components.
  until address=$(sed -n 's|^listening on http://||p' "$run/host-$i") && [ -n "$address" ]; do
    kill -0 "$!" 2>/dev/null || { say "host $i does not start"; exit 1; }
    sleep 0.05
  done
  servers+="    server $address;"$'\n'
done

conf=$(<deploy/nginx.conf)
conf=${conf//'{{run}}'/$run}
conf=${conf//'{{listen}}'/$listen}
printf '%s\n' "${conf//'{{servers}}'/${servers%$'\n'}}" >"$run/nginx.conf"
"$nginx" -e stderr -p "$run" -c "$run/nginx.conf" &
pids+=($!)
until (exec 3<>"/dev/tcp/${listen%:*}/${listen##*:}") 2>/dev/null; do
  kill -0 "$!" 2>/dev/null || { say "nginx does not start"; exit 1; }
  sleep 0.05
done
echo "listening on http://$listen"
say "$hosts hosts behind nginx, state in $state. Ctrl-C stops."
wait -n "${pids[@]}" || true
say "one of them has ended"
exit 1
