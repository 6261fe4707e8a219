#!/usr/bin/env bash
# Runs the tests of the auditor's archive against a real server of PostgreSQL: one of its own, in a folder that is removed after.
# The server's programs are those in PG_BIN, else of Debian's newest, else of pg_config or in PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
newest() { { compgen -G '/usr/lib/postgresql/*/bin/initdb' || true; } | sort -V | tail -n 1 | xargs -r dirname; }
bin=${PG_BIN:-$(newest)}
bin=${bin:-$(pg_config --bindir 2>/dev/null || dirname "$(readlink -f "$(command -v pg_ctl)")")}
folder=$(mktemp -d)
# The server does not run as root.
as() { if [ "$(id -u)" = 0 ]; then runuser -u "${PG_USER:-postgres}" -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown "${PG_USER:-postgres}" "$folder"
stop() {
    as "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop || true
    rm -rf "$folder"
}
trap stop EXIT
quietly() { "$@" >"$folder/said" 2>&1 || { cat "$folder/said" >&2; return 1; }; }
as "$bin/initdb" -D "$folder/data" -A trust -U postern -E UTF8 --locale=C >/dev/null
# Who can open the socket in the folder is let in, and over TLS who knows the password.
quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=made-up authority' \
    -keyout "$folder/ca.key" -out "$folder/ca.pem"
quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
    -keyout "$folder/data/server.key" -out "$folder/server.csr"
quietly openssl x509 -req -days 2 -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial \
    -extfile <(echo 'subjectAltName=DNS:localhost') -out "$folder/data/server.crt"
chmod 600 "$folder/data/server.key"
[ "$(id -u)" != 0 ] || chown "${PG_USER:-postgres}" "$folder/data"/server.{key,crt}
printf 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n' >"$folder/data/pg_hba.conf"
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
as "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" -o "-c listen_addresses=127.0.0.1 -c port=$port -c ssl=on \
    -c unix_socket_directories='$folder' -c max_connections=200 ${PG_OPTIONS:-}" start
chmod 755 "$folder"
chmod 644 "$folder/ca.pem"
cd "$root"
export POSTERN_POSTGRES="postgres://postern@/?host=$folder&port=$port"
export POSTERN_POSTGRES_TLS="localhost:$port" POSTERN_POSTGRES_CA="$folder/ca.pem"
if [ $# -gt 0 ]; then "$@"; else cargo test -p postern-auditor --test archive --test findings; fi
