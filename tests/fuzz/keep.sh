#!/usr/bin/env bash
# Takes over into tests/fuzz/corpus what a run of the fuzzers has found, as few and small files as reach the same code.
# Argument: the build folder, such as build/linux-asan.
set -euo pipefail
cd "$(dirname "$0")"
build=$(cd "../../$1" 2>/dev/null && pwd || cd "$1" && pwd)
for corpus in corpus/*; do
  target=${corpus#corpus/}
  fewer=$(mktemp -d)
  "$build/bin/fuzz_$target" -set_cover_merge=1 -max_len=512 "$fewer" "$corpus" "$build/tests/fuzz/$target"
  rm "$corpus"/*
  find "$fewer" -type f -printf '%s %p\n' | sort -rn | sed -n 1,30p | cut -d' ' -f2 | xargs cp -t "$corpus"
  rm -r "$fewer"
done
cp ../../service/shmbroker.json corpus/config/example.json
