#!/usr/bin/env bash
# Runs a command while a PostgreSQL of its own is there: Examples/WalletHost/postgres.sh COMMAND [ARGUMENT ...]
#
# The server listens on 127.0.0.1 alone, keeps its data in a temporary folder, and is stopped with the command. The
# command finds it by OFFERBRIDGE_POSTGRES, and its folder and programs, to stop and start it, by
# OFFERBRIDGE_POSTGRES_DATA and OFFERBRIDGE_POSTGRES_BIN.
set -euo pipefail
if [[ $# -eq 0 ]]; then
  sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit 2
fi

# Debian keeps the server's programs out of the way, by version.
pg_ctl="$(command -v pg_ctl || ls -d /usr/lib/postgresql/*/bin/pg_ctl 2>/dev/null | sort -V | tail -n 1 || true)"
# A link to one of them has not all of them beside it.
bin="$(dirname "$(readlink -f "$pg_ctl")")"
[[ -x "$bin/initdb" ]] || { echo "PostgreSQL's server is missing: apt-get install postgresql, or brew install postgresql." >&2; exit 2; }

folder="$(mktemp -d)"
chmod 711 "$folder"
as=()
if [[ $(id -u) -eq 0 ]]; then
  # PostgreSQL refuses to run as root; its package brings a user.
  as=(runuser -u postgres --)
  chown postgres "$folder"
fi

stop() {
  local file="$folder/data/postmaster.pid" server
  if [[ -f "$file" ]]; then
    server="$(head -n 1 "$file")"
    kill -INT "$server" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf "$folder"
}
trap stop EXIT

port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
cd /
"${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres -E UTF8 --locale=C -N >"$folder/log" 2>&1 ||
  { cat "$folder/log" >&2; exit 1; }
cat >>"$folder/data/postgresql.conf" <<SETTINGS
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
max_connections = 1000
SETTINGS
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" start >/dev/null ||
  { cat "$folder/data/log" >&2; exit 1; }
cd - >/dev/null

export OFFERBRIDGE_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres"
export OFFERBRIDGE_POSTGRES_DATA="$folder/data" OFFERBRIDGE_POSTGRES_BIN="$bin"
# Not exec: the server is stopped after it.
"$@"
