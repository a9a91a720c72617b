#!/usr/bin/env bash
# Writes packaging/requirements.lock anew from pyproject.toml. Needs uv (`pip install uv`).
# Arguments go to uv: `packaging/lock.sh --upgrade-package celery`.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
lock=packaging/requirements.lock

uv=(uv)
if ! command -v uv >/dev/null; then
    uv=(.venv/bin/python -m uv)
    "${uv[@]}" --version >/dev/null 2>&1 || {
        echo "packaging/lock.sh needs uv: pip install uv" >&2
        exit 1
    }
fi
new=$(mktemp "$lock.XXXXXX")
trap 'rm -f -- "$new"' EXIT
cp -- "$lock" "$new" # uv keeps the versions it finds here unless told to upgrade
"${uv[@]}" pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra dev "$@" \
    pyproject.toml -o "$new"
# Which registry a machine uses is that machine's business.
if grep -n '://' "$new" >&2; then
    echo "The new lock names a host, see above; $lock is as it was." >&2
    exit 1
fi
chmod 644 "$new"
mv -- "$new" "$lock"
trap - EXIT
echo "$lock: $(grep -c '==' "$lock") packages"
