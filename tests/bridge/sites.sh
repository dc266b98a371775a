#!/usr/bin/env bash
# The bridge between two machines: two Wine prefixes, each with a service, and Debian's nats-server between them.
#   tests/bridge/sites.sh GO_TEST_PROGRAM BIN [OPTION...]   a test program of Go's, and the folder of the programs for Windows
source "$(dirname "$0")/../../cmake/debian.sh"
source "$root/cmake/wine.sh"
program=$1
bin=$2
shift 2

for name in bridge-a bridge-b; do
  (
    keep_windows=yes
    begin_windows "$name"
  )
done
stop_both() {
  local status=$? name
  for name in bridge-a bridge-b; do WINEPREFIX=$root/build/$name stop_windows; done
  exit $status
}
trap stop_both EXIT
unset DISPLAY
export SHM_BRIDGE_BIN=$bin SHM_BRIDGE_SITES=$root/build/bridge-a:$root/build/bridge-b
steadily "$program" "$@"
