#!/usr/bin/env bash
# Other programs of the same names come first on PATH, as after installing rustup, pyenv, nvm or another compiler, and the
# environment holds what was meant for them: scripts and CMake start Debian's all the same.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

languages=(cargo clang clang++ dlltool g++ gcc go llvm-symbolizer mypy node npm objdump ppcx64 python python3 rustc rustdoc
  rustup spin wixl msibuild x86_64-w64-mingw32-gcc-posix x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-windmc
  i686-w64-mingw32-g++-posix)
build_tools=(cmake ctest ninja make ccache clang-format-14 clang-tidy-14 gofmt wine wineserver Xvfb)
mkdir "$work/languages" "$work/build_tools"
for tool in "${languages[@]}"; do
  printf '#!/bin/sh\necho "$0 $*" >>"%s"\nexit 1\n' "$work/started" >"$work/languages/$tool"
done
for tool in "${build_tools[@]}"; do
  printf '#!/bin/sh\necho "$0 $*" >>"%s"\nexit 1\n' "$work/started" >"$work/build_tools/$tool"
done
chmod +x "$work"/languages/* "$work"/build_tools/*
touch "$work/started"

# The scripts: every tool is Debian's, and no setting is left.
PATH=$work/languages:$work/build_tools:$PATH PYTHONHOME=/nowhere GOROOT=/nowhere CFLAGS=-mnonsense WINEARCH=win32 \
  bash -c '
    source "$0/cmake/debian.sh"
    source "$0/cmake/wine.sh"
    for tool in "$@"; do
      [ ! -x "/usr/bin/$tool" ] || [ "$(type -P "$tool")" = "/usr/bin/$tool" ] || fail "$(type -P "$tool") is used"
    done
    python3 -c "import json"
    [ ! -x /usr/bin/go ] || go version
    [ -z "${CFLAGS+set}${WINEARCH+set}" ] || fail "settings are left"
  ' "$source_folder" "${languages[@]}" "${build_tools[@]}"

# CMake, started by hand with that PATH in a build folder where an earlier run has found the wrong ones.
for variable in CLANG CXX_X86 FPC GO MESSAGE_COMPILER MYPY NODE NPM PYTHON3 RUSTC RUSTDOC SYSTEM_PYTHON WIX_COMPILER; do
  echo "set($variable $work/languages/python CACHE FILEPATH \"Path to a program.\")"
done >"$work/found.cmake"
build=$work/build
# As if npm's packages had been brought, and without NuGet's: they are not what this is about.
pretend_brought() {
  mkdir -p "$build/$2/node_modules"
  sha256sum <"$source_folder/$1/package-lock.json" | tr -d ' \n-' >"$build/$2/node_modules/.brought"
}
pretend_brought bindings/javascript bin/samples/javascript
pretend_brought samples/javascript/wine bin/samples/javascript/wine
pretend_brought tests/workflows tests/workflows
if ! (cd "$source_folder" && PATH=$work/languages:$PATH PYTHONHOME=/nowhere GOROOT=/nowhere \
  cmake --preset mingw-x64 -B "$build" -C "$work/found.cmake" -D DOTNET=/bin/false) >"$work/log" 2>&1; then
  tail -n 30 "$work/log" >&2
  fail "CMake could not configure"
fi
[ ! -s "$work/started" ] || fail "these were started:
$(cat "$work/started")"
wrong=$(grep "=$work/languages" "$build/CMakeCache.txt") && fail "CMake has found
$wrong"
echo "${#languages[@]} tools are Debian's"
