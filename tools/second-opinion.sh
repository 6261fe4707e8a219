#!/usr/bin/env bash
# Checks the fixtures with second-opinion.py, in a virtual environment of its own.
#
#   tools/second-opinion.sh                     all fixtures
#   tools/second-opinion.sh code --key ...      any command of second-opinion.py
set -euo pipefail
tools=$(cd "$(dirname "$0")" && pwd)
venv=$tools/../target/second-opinion
if ! cmp -s "$tools/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$tools/requirements.txt"
    # The mark that all went well comes last.
    cp "$tools/requirements.txt" "$venv/requirements.txt"
fi
if [ $# -eq 0 ]; then
    set -- fixtures "$tools/../fixtures/codes"
fi
# No caches beside the sources.
export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$tools/second-opinion.py" "$@"
