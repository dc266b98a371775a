#!/usr/bin/env bash
# The figures of docs/bridge.md, on a Debian machine: what comes through the bridge to NATS, how late, and what that takes
# of the processor; and what it costs a topic's other readers.
#   tests/bench/bridge.sh [WHAT...]   subject, batch, stream, each with -tls, too; readers; without: all of them
source "$(dirname "$0")/../../cmake/debian.sh"
source "$root/cmake/wine.sh"

need_packages "${windows_packages[@]}" golang-go golang-github-nats-io-go-nats-dev nats-server openssl
build mingw-x64 bridge_sites_tests
what=${*:-subject subject-tls batch batch-tls stream stream-tls readers}
step "Measuring: nothing else should run on this machine"
SHM_BRIDGE_FIGURES=${what// /,} bash "$root/tests/bridge/sites.sh" "$root/build/mingw-x64/bridge/sites_test" \
  "$root/build/mingw-x64/bin" -test.v -test.run '^TestFigures$'
