#!/usr/bin/env bash
# on_linux.sh RUSTC SOURCE BUILD: the crate, its tests and the programs compile where there is no Windows, without a
# warning; there the programs say so.
set -euo pipefail
rustc=$1 source=$2 build=$3
mkdir -p "$build"
compile() { "$rustc" --edition 2021 -D warnings --out-dir "$build" -L "$build" "$@"; }

compile --crate-type rlib --crate-name shmbroker "$source/bindings/rust/src/lib.rs"
compile --test --crate-name channels_test --extern "shmbroker=$build/libshmbroker.rlib" \
  "$source/bindings/rust/tests/channels.rs"
for program in sender receiver caller server; do
  compile --crate-name "$program" --extern "shmbroker=$build/libshmbroker.rlib" \
    "$source/samples/rust/src/bin/$program.rs"
  code=0
  said=$("$build/$program" --channel ticks </dev/null 2>&1) || code=$?
  echo "$said (exit code $code)"
  [ "$code" = 1 ]
  [ "$said" = "$program: ShmBroker shares memory between Windows programs; this is another system." ]
done
