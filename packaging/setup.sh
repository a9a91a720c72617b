#!/usr/bin/env bash
# Makes this checkout ready to start: system libraries, poppler, .venv and what goes into it.
#
#   packaging/setup.sh          what the program needs
#   packaging/setup.sh test     the same, and what the tests need
#
# Called by ./run and ./test at every start, so the first lines decide whether there is anything to do and
# start neither Python nor apt for it. Bash 3.2 is enough (macOS ships no newer one).
set -euo pipefail

mode=${1:-run}
case $mode in
run | test) ;;
*)
    echo "usage: packaging/setup.sh [run|test]" >&2
    exit 2
    ;;
esac

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)

# What .venv was made from. The path is part of it because a venv and an editable install hold absolute
# paths; pyvenv.cfg is part of it because it names the version of Python.
state() {
    echo "$root"
    cksum packaging/requirements.lock pyproject.toml packaging/setup.sh .venv/pyvenv.cfg 2>/dev/null || true
}

# .venv/setup-NAME exists only after the step NAME has ended well: an interrupted set-up has none.
fresh() {
    [ -x .venv/bin/python ] && [ -x .venv/bin/ambuda-desktop ] && [ -f ".venv/setup-$1" ] &&
        [ "$(<".venv/setup-$1")" = "$(state)" ]
}

fresh "$mode" && exit 0

# --- from here on there is something to do ---------------------------------------------------------------

# Everything is said on stderr: the output of `./run tasks --json` belongs to whoever asked for it.
say() { echo "$*" >&2; }

# Two starts at once must not build the same folder. The script itself is the lock file: it is always there.
exec 9<packaging/setup.sh
if command -v flock >/dev/null && ! flock -n 9; then
    say "Another set-up of this folder is running; waiting for it."
    flock 9
fi
fresh "$mode" && exit 0

log=$(mktemp "${TMPDIR:-/tmp}/ambuda-setup.XXXXXX")
policy= # while apt installs what must not be started: the file that says so
as_root=()
remove_policy() {
    [ -z "$policy" ] || ${as_root[@]+"${as_root[@]}"} rm -f -- "$policy"
    policy=
}
trap 'rm -f -- "$log"; remove_policy' EXIT
trap 'say "Set-up was interrupted. The next start does it again."; exit 130' INT TERM HUP

# Settings of another Python would be taken over by ours.
unset PYTHONHOME PYTHONPATH
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

# --- Python ----------------------------------------------------------------------------------------------

# Prints the real path of a Python that is new enough; $1 is what else it must be able to import. The real
# path, so that a later `python3` of another version does not slip under an existing .venv.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
        command -v "$name" >/dev/null || continue
        "$name" -c "import os, sys, venv, $1
sys.exit(1) if sys.version_info < (3, 11) else print(os.path.realpath(sys.executable))" 2>/dev/null && return
    done
    return 1
}

# The packages of Python itself, for a release that apt knows: Ubuntu 22.04's python3 is 3.10, but it has
# python3.11 beside it.
python_packages() {
    local version name
    version=$(apt-cache show --no-all-versions python3 2>/dev/null | sed -n 's/^Version: 3\.\([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 11 ]; then
        echo python3 python3-venv
        return
    fi
    for name in python3.13 python3.12 python3.11; do
        if apt-cache show "$name-venv" >/dev/null 2>&1; then
            echo "$name" "$name-venv"
            return
        fi
    done
}

# --- Debian and Ubuntu packages --------------------------------------------------------------------------

# "a|b" is one library under the names that different releases give it.
qt_packages="libglib2.0-0t64|libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3"
qt_packages="$qt_packages libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0"

missing_packages() {
    local wanted=$qt_packages names installed package name found
    command -v pdftocairo >/dev/null && command -v pdfinfo >/dev/null || wanted="$wanted poppler-utils"
    wanted="$wanted tesseract-ocr-script-deva tesseract-ocr-san"
    if [ "$mode" = test ]; then
        command -v Xvfb >/dev/null || wanted="$wanted xvfb"
        command -v xauth >/dev/null || wanted="$wanted xauth"
        wanted="$wanted rabbitmq-server"
    fi
    names=${wanted//|/ }
    # shellcheck disable=SC2086,SC2016  # a list of words; the dollar is dpkg-query's
    installed=$(dpkg-query -W -f '${db:Status-Status}:${Package}\n' $names 2>/dev/null || true)
    for package in $wanted; do
        found=
        for name in ${package//|/ }; do
            case $'\n'$installed$'\n' in *$'\n'"installed:$name"$'\n'*) found=yes ;; esac
        done
        [ -n "$found" ] || echo "$package"
    done
}

# Sets as_root to what stands before a command that needs root; fails when there is no way to become root.
become_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
    # Only ask for a password where somebody can type one.
    if [ -t 0 ] && [ -t 2 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

apt_get() {
    # 9<&-: a service that a package starts must not keep our lock.
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
        "$@" >>"$log" 2>&1 </dev/null 9<&-
}

updated=
apt_update() {
    [ -z "$updated" ] || return 0
    updated=yes
    say "Asking apt which packages there are."
    apt_get update || say "apt could not read all package lists; going on with what it has."
}

# Turns "a|b" into the one that this release has.
name_here() {
    local name last=
    for name in ${1//|/ }; do
        last=$name
        apt-cache show "$name" >/dev/null 2>&1 && break
    done
    echo "$last"
}

install_packages() {
    local package names=
    for package in "$@"; do names="$names $(name_here "$package")"; done
    [ -n "$names" ] || return 0
    say "Installing with apt:$names."
    # shellcheck disable=SC2086  # a list of words
    apt_get install --no-install-recommends $names && return
    apt_update
    names=
    for package in "$@"; do names="$names $(name_here "$package")"; done
    # shellcheck disable=SC2086
    apt_get install --no-install-recommends $names && return
    say "apt could not install all of them together; trying one by one."
    for package in $names; do apt_get install --no-install-recommends "$package" || true; done
}

# The tests start a RabbitMQ of their own: the package's must not run, neither now nor after the next boot.
install_without_starting() {
    case " $* " in
    *" rabbitmq-server "*) ;;
    *)
        install_packages "$@"
        return
        ;;
    esac
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d # what Debian asks before it starts anything; the trap at exit removes it, too
        echo '#!/bin/sh
exit 101' | ${as_root[@]+"${as_root[@]}"} tee "$policy" >/dev/null
        ${as_root[@]+"${as_root[@]}"} chmod 755 "$policy"
    fi
    install_packages "$@"
    remove_policy
    [ ! -d /run/systemd/system ] || ${as_root[@]+"${as_root[@]}"} systemctl disable --quiet \
        rabbitmq-server.service epmd.service epmd.socket >>"$log" 2>&1 || true
}

say_what_is_missing() {
    local package names='' qt=''
    for package in "$@"; do
        names="$names ${package#*|}"
        case $package in
        poppler-utils) say "Without poppler-utils, pages that are not plain JPEG scans are drawn with pypdfium2." ;;
        tesseract-ocr-*) say "Without $package, Sanskrit cannot be recognised offline." ;;
        rabbitmq-server) say "Without rabbitmq-server, the tests of RabbitMQ as broker are skipped." ;;
        xvfb | xauth) say "Without $package, the tests that need a screen cannot run." ;;
        *) qt="$qt ${package#*|}" ;;
        esac
    done
    [ -z "$qt" ] || say "Without$qt the window may not open; everything else works in the terminal."
    say "To install what is missing: apt-get install$names"
}

# Fails when something stays missing that a later start should look at again.
debian_packages() {
    local missing refused=.venv/setup-refused
    missing=$(missing_packages)
    [ -n "$missing" ] || [ -z "$python" ] || return 0

    # Asking for a password or waiting for a dead network at every start would be worse than the lack.
    if [ -n "$python" ] && [ -f "$refused" ] && [ "$(<"$refused")" = "$missing" ]; then
        # shellcheck disable=SC2086
        say_what_is_missing $missing
        return 1
    fi

    if ! command -v apt-get >/dev/null; then
        say "There is no apt here, so nothing can be installed for the whole machine."
    elif ! become_root; then
        say "Installing packages for the whole machine needs root or sudo; going on without."
    else
        compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null || apt_update
        if [ -z "$python" ]; then
            say "There is no Python 3.11 or newer with venv here; apt will install it."
            apt_update # lists that came with an image may lack the release's updates, where Ubuntu has 3.11
            # shellcheck disable=SC2046,SC2086
            install_without_starting $(python_packages) $missing
        else
            # shellcheck disable=SC2086
            install_without_starting $missing
        fi
        missing=$(missing_packages)
        [ -n "$missing" ] || return 0
        say "apt ended with:"
        tail -n 8 "$log" >&2
    fi
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    say_what_is_missing $missing
    still_missing=$missing
    return 1
}

# --- macOS (written from documentation; NOT TESTED: nobody of us has one) ---------------------------------

macos_packages() {
    local wanted=
    [ -n "$python" ] || wanted="python@3.12"
    command -v pdftocairo >/dev/null || wanted="$wanted poppler"
    [ -n "$wanted" ] || return 0
    if command -v brew >/dev/null; then
        say "Installing with Homebrew: $wanted."
        # shellcheck disable=SC2086
        brew install $wanted >>"$log" 2>&1 </dev/null && return 0
        tail -n 8 "$log" >&2
    fi
    say "Missing and not installed: $wanted. Homebrew has them: brew install $wanted"
    say "Without poppler, pages that are not plain JPEG scans are drawn with pypdfium2."
}

# --- .venv -----------------------------------------------------------------------------------------------

pip_failed() {
    say "pip could not install the Python packages."
    say "Is there a network? The next start tries again; what was downloaded is kept."
    exit 1
}

make_venv() {
    # Anything but a finished .venv of this very folder is made anew: half an installed package looks
    # installed to pip.
    if [ -f .venv/setup-python ] && [ -x .venv/bin/python ] && [ "$(head -n 1 .venv/setup-python)" = "$root" ]; then
        say "What .venv was made from has changed; bringing its Python packages up to date."
    else
        say "Making .venv with $python and filling it (about 300 MB, once; a minute or two)."
        rm -rf .venv
        # Debian without python3-venv has no ensurepip; an outside pip can fill a venv as well.
        if "$python" -c 'import ensurepip' 2>/dev/null; then
            "$python" -m venv .venv
        else
            "$python" -m venv --without-pip .venv
        fi
    fi
    rm -f .venv/setup-*

    local pip=(.venv/bin/python -m pip)
    [ -x .venv/bin/pip ] || pip=("$python" -m pip --python .venv/bin/python)
    local quiet=(--quiet --progress-bar off)
    [ -t 2 ] && quiet=()
    "${pip[@]}" install ${quiet[@]+"${quiet[@]}"} --require-hashes -r packaging/requirements.lock >&2 || pip_failed
    "${pip[@]}" install --quiet --no-deps --no-build-isolation -e . >&2 || pip_failed
    state >.venv/setup-python
}

# --- in order --------------------------------------------------------------------------------------------

python=
if fresh python; then
    python=.venv/bin/python
else
    say "Setting up Ambuda Desktop in $root."
    python=$(find_python ensurepip || true)
fi

complete=yes
still_missing=
if [ "$(uname -s)" = Darwin ]; then
    macos_packages
elif command -v dpkg-query >/dev/null; then
    debian_packages || complete=
else
    say "This is not Debian or Ubuntu, so the libraries that Qt needs are not looked at."
    say "If the window does not open, install what your system calls: ${qt_packages//|/ or }."
    command -v pdftocairo >/dev/null ||
        say "Without poppler-utils, pages that are not plain JPEG scans are drawn with pypdfium2."
fi

if ! fresh python; then
    [ -n "$python" ] || python=$(find_python ensurepip) || python=$(find_python pip) || {
        say "Ambuda Desktop needs Python 3.11 or newer with venv, and it could not be installed here."
        say "Debian: apt-get install python3 python3-venv. Ubuntu 22.04: apt-get install python3.11 python3.11-venv."
        say "Then start again."
        exit 1
    }
    make_venv
fi

if [ -n "$complete" ]; then
    state >.venv/setup-run
    [ "$mode" = run ] || state >.venv/setup-test
    say "Set-up is complete."
elif [ -n "$still_missing" ]; then
    echo "$still_missing" >.venv/setup-refused
fi
