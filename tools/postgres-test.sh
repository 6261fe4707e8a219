#!/usr/bin/env bash
# Runs the tests of the auditor's archive against a real server of PostgreSQL: one of its own, in a folder that is removed after.
# The server's programs are those in PG_BIN, else of Debian's newest, else of pg_config or in PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
newest() { compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 | xargs -r dirname; }
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
as "$bin/initdb" -D "$folder/data" -A trust -U postern -E UTF8 --locale=C >/dev/null
# No port: who can open the socket in the folder is let in.
as "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" \
    -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=200 ${PG_OPTIONS:-}" start
chmod 755 "$folder"
cd "$root"
export POSTERN_POSTGRES="postgres://postern@/?host=$folder"
if [ $# -gt 0 ]; then "$@"; else cargo test -p postern-auditor --test archive --test findings; fi
