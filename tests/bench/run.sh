#!/usr/bin/env bash
# The benchmark, on a Debian machine: ShmBroker and the other ways to bring messages to another process, side by side.
# Prints tables, and writes bench.json and the charts to build/bench. Arguments go to shm_bench: --quick ends within a
# minute, --help names the others.
source "$(dirname "$0")/../../cmake/debian.sh"
source "$root/cmake/wine.sh"

need_packages "${windows_packages[@]}" gnuplot-nox
build mingw-x64 shm_bench
begin_windows
step "Measuring: nothing else should run on this machine"
out=$root/build/bench
mkdir -p "$out"
wine "$root/build/mingw-x64/bin/shm_bench.exe" --json "$(windows_path "$out/bench.json")" \
  --charts "$(windows_path "$out")" "$@" || fail "shm_bench"
case " $* " in # the charts need all of the rows
  *" --rows readers "*) chart=readers ;;
  *" --rows channels "*) chart=channels ;;
  *" --rows "*) exit ;;
  *) chart=charts ;;
esac
step "Drawing"
(cd "$out" && logged gnuplot gnuplot "$root/tests/bench/$chart.gp")
echo "$out/bench.json, and the charts beside it"
