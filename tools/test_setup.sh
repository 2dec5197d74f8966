#!/usr/bin/env bash
# Installs what the tests need of Debian or Ubuntu. Without root, or on another system, the
# tests that need a missing package are skipped, and say which.
set -euo pipefail

packages=(
    chromium           # the browser of the web client's tests
    firefox-esr        # the second, and
    webkit2gtk-driver  # the third, which needs
    xvfb               # a screen
    postgresql         # the second database of every test
    openssl            # certificates of the tests
    slapd              # the directory of the tests of signing in, and
    ldap-utils         # what changes its entries
    pebble             # the authority of the tests of certificates
)

command -v dpkg-query >/dev/null || exit 0
missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "Some tests will be skipped: apt-get install ${missing[*]}" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# Ubuntu has Firefox in a form that no driver starts, by another name.
for i in "${!missing[@]}"; do
    apt-cache show "${missing[i]}" >/dev/null 2>&1 || unset "missing[i]"
done
apt-get install -q -y --no-install-recommends "${missing[@]}"
