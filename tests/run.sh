#!/usr/bin/env bash
# Every test, on a Debian machine: core/ natively under the sanitizers, then everything for Windows, under Wine with the
# real service control manager. Installs what it needs. Arguments go to the last ctest: tests/run.sh -R Topic
source "$(dirname "$0")/../cmake/debian.sh"
source "$root/cmake/wine.sh"

languages=(python3 python3-pycparser fp-compiler fpc-source golang-go rustc libstd-rust-dev-windows mypy)
command -v npm >/dev/null || languages+=(nodejs npm)
need_packages "${windows_packages[@]}" clang libclang-rt-14-dev llvm spin gcc libc6-dev g++-mingw-w64-i686-posix \
  fonts-liberation fonts-wine wixl msitools "${languages[@]}"

export GTEST_BRIEF=1 # of a test program that fails, ctest shows what failed and not what passed
for preset in linux-asan linux-tsan; do
  build $preset
  step "Testing $preset"
  (cd "$root" && ctest --preset $preset -j "$(nproc)") || fail "ctest --preset $preset"
done

# Only built: to run it needs a 32-bit Wine, which Debian's amd64 does not have.
build mingw-x86 shmclient abi_layout
step "Testing mingw-x86"
(cd "$root" && ctest --preset mingw-x86) || fail "ctest --preset mingw-x86"

configure_options=(-D SHM_ALL_LANGUAGES=ON)
build mingw-x64
tests=$root/build/mingw-x64
step "Testing mingw-x64"
failed() {
  # Once more at the end, where who reads a long log looks first.
  grep -h -A 8 ': Failure' "$@" | tail -n 100
  fail "ctest in build/mingw-x64"
}
test_in() {
  begin_windows "$1"
  shift
  steadily ctest --output-on-failure -j "$(nproc)" "$@"
}
if [ $# != 0 ]; then
  (test_in wine --test-dir "$tests" "$@") || failed "$tests/Testing/Temporary/LastTest.log"
  exit
fi

# All at once: tests that use the service take turns, as there is one of it in a Windows. So there are two.
beside=$root/build/mingw-x64-beside
mkdir -p "$beside"
echo "subdirs(\"$tests\")" >"$beside/CTestTestfile.cmake"
(test_in wine-beside --test-dir "$beside" -L 'crash|installer|languages') >"$logs/beside.log" 2>&1 &
(test_in wine --test-dir "$tests" -LE 'crash|installer|languages') || failed "$tests/Testing/Temporary/LastTest.log"
wait $! || {
  cat "$logs/beside.log"
  failed "$beside/Testing/Temporary/LastTest.log"
}
cat "$logs/beside.log"
step "Done"
