#!/usr/bin/env bash
# Checks the format of every source file in C, C++ and Go, that no line has more than 110 columns, and that folders
# include each other one way (tests/scripts/include_order.sh); and runs clang-tidy over what builds natively and over
# the Windows sources.
#   tests/lint.sh            needs clang-format-14, clang-tidy-14 and gofmt, and the preset mingw-x64 built
#                            (tests/run.sh does it)
#   tests/lint.sh --format   all but clang-tidy, in seconds
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  '' | --format) ;;
  *) echo "usage: tests/lint.sh [--format]" >&2 && exit 2 ;;
esac

# sources FOLDER... NAMES...: the files below these folders of one of these names, and not what npm has brought
sources() {
  local folders=() names=()
  while [ -d "$1" ]; do folders+=("$1") && shift; done
  for name in "$@"; do names+=(-o -name "$name"); done
  find "${folders[@]}" -name node_modules -prune -o -type f \( "${names[@]:1}" \) -print0
}

sources core watch protocol win service client_dll monitor samples tests cmake '*.h' '*.hpp' '*.cpp' '*.c' '*.inl' |
  xargs -0 clang-format-14 --dry-run --Werror
unformatted=$(sources bindings/go bridge samples/go tests '*.go' | xargs -0 gofmt -l)
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2 && exit 1; }
# clang-format breaks neither comments nor literals: comments are kept short by hand. Clients of old versions
# are kept as they were.
long=$(sources core watch protocol win service client_dll monitor samples tests cmake '*.h' '*.hpp' '*.cpp' '*.c' '*.inl' |
  LC_ALL=C.UTF-8 xargs -0 grep -nHE '^.{111,}$' | grep -vE '^tests/abi/clients/|^[^:]*:[0-9]*:[^/*]*"' || true)
[ -z "$long" ] || { echo "longer than 110 columns:" >&2 && echo "$long" >&2 && exit 1; }
bash tests/scripts/include_order.sh
[ "${1:-}" != --format ] || exit 0

# Each source by itself, whatever the tests' build compiles as one.
cmake --preset linux-asan -B build/lint -D CMAKE_UNITY_BUILD=OFF >/dev/null
sources core tests/unit '*.cpp' | while read -r -d '' file; do
  if grep -q "/$file\"" build/lint/compile_commands.json; then printf '%s\0' "$file"; fi
done | xargs -0 -P "$(nproc)" -n 4 clang-tidy-14 -quiet -p build/lint

# The compilation database of the cross build names a compiler that clang-tidy can't imitate; these are its headers.
gcc=$(x86_64-w64-mingw32-g++-posix -print-file-name=include/c++)
sources win service client_dll '*.cpp' |
  xargs -0 -P "$(nproc)" -I{} clang-tidy-14 -quiet {} -- --target=x86_64-w64-mingw32 -std=c++20 \
    -DUNICODE -D_UNICODE -DWIN32_LEAN_AND_MEAN -DNOMINMAX -D_WIN32_WINNT=0x0A00 \
    -DSHM_PRODUCT_VERSION=0u -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL -DSPDLOG_WCHAR_FILENAMES \
    -I. -Iclient_dll/include -Ibuild/mingw-x64/service/generated -isystem build/mingw-x64/deps/include \
    -isystem "$gcc" -isystem "$gcc/x86_64-w64-mingw32" -isystem /usr/x86_64-w64-mingw32/include
