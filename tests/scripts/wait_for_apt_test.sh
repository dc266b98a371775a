#!/usr/bin/env bash
# Another apt holds a lock for some seconds: apt_get of cmake/debian.sh waits for it, says so, and then succeeds. With a
# folder of its own instead of the machine's packages.
source "$(dirname "$0")/../../cmake/debian.sh"
as_root() { "$@"; } # in our own folder
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
machine=$logs/machine
mkdir -p "$machine"/{etc/apt,var/lib/apt/lists/partial,var/lib/dpkg,var/cache/apt/archives/partial}
touch "$machine/var/lib/dpkg/status"
cat >"$logs/apt.conf" <<END
Dir "$machine";
Dir::State::status "$machine/var/lib/dpkg/status";
Dir::Bin::methods "/usr/lib/apt/methods";
END
export APT_CONFIG=$logs/apt.conf

# hold FILE: another process has its lock for three seconds.
hold() {
  rm -f "$logs/held"
  python3 -c '
import fcntl, pathlib, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
pathlib.Path(sys.argv[2]).touch()
time.sleep(3)' "$machine/$1" "$logs/held" &
  until [ -e "$logs/held" ]; do sleep 0.1; done
}

# waits FILE COMMAND...
waits() {
  local file=$1
  shift
  hold "$file"
  local start=$SECONDS
  apt_get "$@" >"$logs/said" || fail "apt_get $* while $file is held"
  [ $((SECONDS - start)) -ge 2 ] || fail "apt_get $* did not need $file: this test does not hold what apt wants"
  grep -q "Waiting for another apt to end: Could not get lock $machine/$file" "$logs/said" ||
    fail "apt_get $* waited for $file, and said '$(cat "$logs/said")'"
  wait
}
waits var/lib/apt/lists/lock update
waits var/lib/dpkg/lock-frontend -y install
waits var/cache/apt/archives/lock -y install

# What is no lock is an error at once, and so is a lock that stays.
if (apt_get -y install no-such-package) >/dev/null 2>"$logs/said"; then fail "apt_get hides an error"; fi
grep -q "Unable to locate package" "$logs/said" || fail "apt_get does not show what apt said: $(cat "$logs/said")"
apt_patience=1
hold var/lib/apt/lists/lock
if (apt_get update) >"$logs/said" 2>&1; then fail "apt_get update succeeded while the lists were locked"; fi
grep -q "apt-get update (all of its output is in" "$logs/said" || fail "apt_get gave up and said '$(cat "$logs/said")'"
wait
echo "apt is waited for"
