#!/usr/bin/env bash
# The tests, on a Debian machine: core/ natively under the sanitizers, then everything for Windows, under Wine with the
# real service control manager. Installs what it needs.
usage='usage: tests/run.sh               every test but those that take minutes
       tests/run.sh --all         those that take minutes
       tests/run.sh OPTION...     of those for Windows the ones that ctest chooses by -R, -E, -L or -LE REGEX;
                                  --rerun-failed, --repeat MODE:N, --timeout SECONDS and -V are its options too'
source "$(dirname "$0")/../cmake/debian.sh"
source "$root/cmake/wine.sh"
source "$root/cmake/wine32.sh"

refuse() {
  printf 'tests/run.sh: %s\n%s\n' "$1" "$usage" >&2
  exit 2
}
which=quick
chosen=()
while [ $# != 0 ]; do
  case $1 in
    --all) which=long ;;
    -R | -E | -L | -LE | --repeat | --timeout)
      [ $# -ge 2 ] || refuse "$1 needs a value"
      chosen+=("$1" "$2")
      shift
      ;;
    --rerun-failed | -V) chosen+=("$1") ;;
    --help) echo "$usage" && exit ;;
    *) refuse "unknown option: $1" ;;
  esac
  shift
done
[ ${#chosen[@]} = 0 ] || [ $which = quick ] || refuse "--all takes no other option"
# Tests that use the service take turns, as there is one of it in a Windows. So there are two, each with a part of them.
beside='crash|installer|languages'
case $which in
  quick)
    native=(-LE '^long$')
    first=(-LE "$beside|^long\$")
    second=(-L "$beside" -LE '^long$')
    ;;
  long)
    native=(-L '^long$')
    first=(-L '^long$' -LE "$beside|^x86\$")
    second=(-L '^long$' -L "$beside" -LE '^x86$')
    ;;
esac

languages=(python3 python3-jsonschema python3-pycparser libpython3-dev wine64-tools libwine-dev fp-compiler fpc-source golang-go rustc
  libstd-rust-dev-windows cargo mypy lcl-utils lazarus-src)
[ -x /usr/bin/npm ] || languages+=(nodejs npm)
# The bridge's library, and the server that it is tested with.
bridge=(golang-github-nats-io-go-nats-dev nats-server openssl)
need_packages "${windows_packages[@]}" "${bridge[@]}" clang libclang-rt-14-dev llvm spin gcc libc6-dev g++-mingw-w64-i686-posix \
  clang-format-14 clang-19 lld-19 libc++-19-dev fonts-liberation fonts-wine wixl msitools "${languages[@]}"

export GTEST_BRIEF=1 # of a test program that fails, ctest shows what failed and not what passed
for preset in linux-asan linux-tsan; do
  build $preset
  step "Testing $preset"
  (cd "$root" && ctest --preset $preset -j "$(nproc)" "${native[@]}") || fail "ctest --preset $preset"
done

if [ $which = long ]; then
  configure_options=(-D SHM_X86_LANGUAGES=ON)
  build mingw-x86 x86_programs
  step "Testing mingw-x86"
  (cd "$root" && ctest --preset mingw-x86) || fail "ctest --preset mingw-x86"
fi

long_tests=ON
[ $which = long ] || [ ${#chosen[@]} != 0 ] || long_tests=OFF
configure_options=(-D SHM_ALL_LANGUAGES=ON -D SHM_LONG_TESTS=$long_tests)
build mingw-x64
tests=$root/build/mingw-x64
step "Testing mingw-x64"
failed() {
  # Once more at the end, where who reads a long log looks first.
  grep -h -A 8 -e ': Failure' -e '--- FAIL' -e '^not ok' -e '^FAIL: ' "$@" | tail -n 100
  fail "ctest in build/mingw-x64"
}
test_in() {
  begin_windows "$1"
  shift
  steadily ctest --output-on-failure -j "$(nproc)" "$@"
}
if [ ${#chosen[@]} != 0 ]; then
  (test_in wine --test-dir "$tests" "${chosen[@]}") || failed "$tests/Testing/Temporary/LastTest.log"
  exit
fi

# All at once.
tests_beside=$root/build/mingw-x64-beside
mkdir -p "$tests_beside"
echo "subdirs(\"$tests\")" >"$tests_beside/CTestTestfile.cmake"
(test_in wine-beside --test-dir "$tests_beside" "${second[@]}") >"$logs/beside.log" 2>&1 &
(test_in wine --test-dir "$tests" "${first[@]}") || failed "$tests/Testing/Temporary/LastTest.log"
wait $! || {
  cat "$logs/beside.log"
  failed "$tests_beside/Testing/Temporary/LastTest.log"
}
cat "$logs/beside.log"

if [ $which = long ]; then
  use_wine32
  (test_in wine-x86 --test-dir "$tests" -L '^x86$') || failed "$tests/Testing/Temporary/LastTest.log"
fi
step "Done"
