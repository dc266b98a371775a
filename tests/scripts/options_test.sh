#!/usr/bin/env bash
# tests/run.sh says what it can do instead of taking an option that it does not know for nothing.
set -euo pipefail
run=$(dirname "$0")/../run.sh
for options in --al --unknown -x word "-R" "--all -R x" "-R x --all"; do
  status=0
  said=$(bash "$run" $options 2>&1) || status=$?
  if [ $status != 2 ] || ! grep -q 'usage: tests/run.sh' <<<"$said"; then
    echo "tests/run.sh $options: exit code $status: $said" >&2
    exit 1
  fi
done
# Not by a pipe: grep ends at the first match, and who still writes to it would fail.
grep -q -- --all <<<"$(bash "$run" --help)"
