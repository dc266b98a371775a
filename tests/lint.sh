#!/usr/bin/env bash
# Checks the format of every source file in C, C++ and Go, and runs clang-tidy over what builds natively and over the
# Windows sources.
# Needs clang-format-14, clang-tidy-14 and gofmt, and the presets linux-asan and mingw-x64 configured (tests/run.sh does it).
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files '*.h' '*.hpp' '*.cpp' '*.c' '*.inl' | xargs clang-format-14 --dry-run --Werror
unformatted=$(gofmt -l samples/go tests/bench/languages)
[ -z "$unformatted" ] || { echo "gofmt would change: $unformatted" >&2; exit 1; }

git ls-files 'core/*.cpp' 'tests/unit/*.cpp' | while read -r file; do
  if grep -q "/$file\"" build/linux-asan/compile_commands.json; then echo "$file"; fi
done | xargs clang-tidy-14 -quiet -p build/linux-asan

# The compilation database of the cross build names a compiler that clang-tidy can't imitate; these are its headers.
gcc=$(x86_64-w64-mingw32-g++-posix -print-file-name=include/c++)
git ls-files 'core/win/*.cpp' 'service/*.cpp' 'client_dll/*.cpp' |
  xargs -I{} clang-tidy-14 -quiet {} -- --target=x86_64-w64-mingw32 -std=c++20 \
    -DUNICODE -D_UNICODE -DWIN32_LEAN_AND_MEAN -DNOMINMAX -D_WIN32_WINNT=0x0A00 \
    -DSHM_PRODUCT_VERSION=0u -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL -DFMT_HEADER_ONLY -DSPDLOG_WCHAR_FILENAMES \
    -I. -Iclient_dll/include -Ibuild/mingw-x64/service/generated -isystem build/mingw-x64/deps/include \
    -isystem "$gcc" -isystem "$gcc/x86_64-w64-mingw32" -isystem /usr/x86_64-w64-mingw32/include
