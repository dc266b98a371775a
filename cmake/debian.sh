# For the scripts that run on a Debian machine: installs what is missing, builds, and says what goes on. Sourced.
set -euo pipefail
export LC_ALL=C.UTF-8
# What Debian's packages bring comes before another compiler, Python or Node that is first on the user's PATH, and the
# settings for that one are not for Debian's.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
unset CC CXX CPPFLAGS CFLAGS CXXFLAGS LDFLAGS RC RCFLAGS CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH \
  LD_LIBRARY_PATH DESTDIR CMAKE_PREFIX_PATH CMAKE_PROGRAM_PATH CMAKE_INCLUDE_PATH CMAKE_LIBRARY_PATH CMAKE_GENERATOR \
  CMAKE_TOOLCHAIN_FILE CMAKE_BUILD_TYPE GOROOT GOWORK GO111MODULE MONO_PATH NODE_OPTIONS NODE_PATH PYTHONHOME PYTHONPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
mkdir -p "$logs"

step() { printf '\n[%3d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }
fail() {
  printf '\n%s: FAILED: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# logged NAME COMMAND...: keeps the output in a file, and shows its end if the command fails.
logged() {
  local log=$logs/$1.log
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    fail "$* (all of its output is in $log)"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "installing packages needs root, or sudo; or install these beforehand: $*"
  fi
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# apt_get COMMAND...: waits for another one that is at work, as on every freshly started Debian that updates itself.
# DPkg::Lock::Timeout would not do: it covers neither the lists nor the archives, and nobody would see it wait.
apt_patience=1800
apt_get() {
  local log=$logs/apt-get-$1.log end=$((SECONDS + apt_patience)) lock shown=''
  until as_root env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1; do
    if ! lock=$(grep -m 1 'Could not get lock' "$log") || [ $SECONDS -ge $end ]; then
      tail -n 40 "$log" >&2
      fail "apt-get $* (all of its output is in $log)"
    fi
    [ "$lock" = "$shown" ] || echo "Waiting for another apt to end: ${lock#E: }"
    shown=$lock
    sleep 2
  done
}

# need_packages PACKAGE...: asks for root's rights only if one is missing.
need_packages() {
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  step "Installing ${missing[*]}"
  apt_get update
  apt_get install -y --no-install-recommends "${missing[@]}"
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$what: not within the time"
    sleep 0.2
  done
}

# What every build for Windows needs, and what runs it.
windows_packages=(cmake ninja-build g++-mingw-w64-x86-64-posix libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev
  googletest libboost-dev wine wine64 xvfb)

# What else cmake is told when it configures.
configure_options=()

# build PRESET [TARGET...], with several sources of a target compiled as one: in them all, the same headers and templates
# take most of the time.
build() {
  local preset=$1
  shift
  step "Building $preset"
  (cd "$root" && logged "configure-$preset" cmake --preset "$preset" -D CMAKE_UNITY_BUILD=ON "${configure_options[@]}")
  cmake --build "$root/build/$preset" ${1:+--target "$@"} || fail "building $preset"
}
