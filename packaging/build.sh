#!/usr/bin/env bash
# Builds dist/ambuda-desktop/ambuda-desktop, a folder that runs without Python. Linux needs binutils (objdump).
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
bash packaging/setup.sh run

# A venv of its own: PyInstaller is not in the lock and has no business in the one that people run.
venv=build/venv
stamp=$venv/made-from
want=$(pwd -P; cksum packaging/requirements.lock pyproject.toml)
if [ ! -f "$stamp" ] || [ "$(<"$stamp")" != "$want" ]; then
    echo "Making $venv with the locked packages and PyInstaller."
    rm -rf "$venv"
    .venv/bin/python -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --require-hashes -r packaging/requirements.lock
    "$venv/bin/python" -m pip install --quiet --no-build-isolation -e '.[package]'
    printf '%s\n' "$want" >"$stamp"
fi
"$venv/bin/python" -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec

program=dist/ambuda-desktop/ambuda-desktop
"$program" --help >/dev/null
echo "$program starts; $(du -sh dist/ambuda-desktop | cut -f 1) in all."
# Whether its workers start can only be seen by starting them.
PYTHONPATH=. .venv/bin/python packaging/smoke_bundle.py "$program"
