#!/usr/bin/env bash
# Makes .venv and puts the packages of a lock file and this project into it.
# tools/setup.sh LOCK sync|install   (sync also removes what the lock does not name)
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1 mode=$2

python=$(command -v "${PYTHON:-python3.11}" || command -v python3 || true)
if ! "${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; PYTHON=/path/to/python make ... names one." >&2
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Python's venv module is missing: apt-get install python3-venv" >&2
        exit 1
    fi
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv

# uv does not read pip's settings: hand the index of this machine on to it, if one is set.
index=$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)
[ -z "${PIP_INDEX_URL:-$index}" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$index}}"

# The installer itself, of the version and hash that requirements.lock pins.
pinned=.venv/uv.txt
awk '/^[^ ]/ {wanted = /^uv==/} wanted' requirements.lock >"$pinned"
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$pinned"

requirements=("$lock")
[ "$mode" = sync ] || requirements=(--requirements "$lock")
.venv/bin/uv pip "$mode" -q --python .venv/bin/python --require-hashes "${requirements[@]}"
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation --editable .
