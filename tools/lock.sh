#!/usr/bin/env bash
# Writes the two lock files: all that developing needs, and what building and running needs.
# There is no uv.lock, since it would name the host of the index it was made with.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
        --group build "$@" pyproject.toml
}

compile --group dev --group interop -o requirements.lock "$@"
compile --group web --constraints requirements.lock -o requirements.run.lock
