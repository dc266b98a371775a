# A Windows of our own under build, with a screen of its own; all of it ends with the script, or the subshell. Sourced,
# after debian.sh.
export WINEPREFIX=$root/build/wine WINEDEBUG=-all
# Wine would offer to download mshtml's Gecko. Its debugger never ends with a program of .NET that has crashed.
export WINEDLLOVERRIDES="mshtml=d;winedbg.exe=d"
unset WINEARCH WINELOADER WINESERVER WINEDLLPATH WINEPATH # for another Wine or prefix of the user's
xvfb=

# Linux puts a program's heap at random addresses; one start of 1,600 it is where Wine's loader must put a page that
# every Windows program expects, and the program does not start. Not every container lets us ask for better.
steady=(setarch --addr-no-randomize)
if ! "${steady[@]}" true 2>/dev/null; then
  steady=()
  echo "This machine does not let ${0##*/} turn address randomization off: Wine may fail to start a program now and then."
fi
steadily() { "${steady[@]}" env "$@"; }
wine() { steadily wine "$@"; }
# A program that may be the first one: it has Wine set the prefix up, or bring it up to date, and Wine would then offer to
# download Mono, by its mscoree.dll. Other programs need that DLL: Wine's loader asks it about every assembly of .NET.
boot() { steadily WINEDLLOVERRIDES="mscoree=d;$WINEDLLOVERRIDES" wine "$@"; }

stop_windows() { wineserver -k 2>/dev/null && wineserver -w || true; }

# Everything in the prefix is ours, and nothing else is touched. keep_windows=yes leaves it running.
end_windows() {
  local status=$?
  trap - EXIT INT TERM
  [ "${keep_windows:-no}" = yes ] && [ $status = 0 ] || stop_windows
  [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
  exit $status
}

start_screen() {
  local numbers
  numbers=$(mktemp)
  Xvfb -displayfd 5 -screen 0 1280x700x24 -nolisten tcp 5>"$numbers" 9>&- >"$logs/$windows-xvfb.log" 2>&1 &
  xvfb=$!
  until [ -s "$numbers" ]; do
    kill -0 "$xvfb" 2>/dev/null || fail "Xvfb did not start: $(tail -n 1 "$logs/$windows-xvfb.log")"
    sleep 0.1
  done
  export DISPLAY=:$(cat "$numbers")
  rm "$numbers"
}

# begin_windows [NAME]: from here on 'wine PROGRAM' works, and services go on from one program to the next. Two of
# different names know nothing of each other.
begin_windows() {
  windows=${1:-wine}
  export WINEPREFIX=$root/build/$windows
  exec 9>"$root/build/.$windows.lock"
  flock -n 9 || fail "another script of this project is using $WINEPREFIX"
  trap end_windows EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  step "Starting Windows in ${WINEPREFIX#"$root/"}"
  stop_windows # what --keep, or a script that was killed, has left
  start_screen
  if [ ! -f "$WINEPREFIX/system.reg" ]; then
    logged "$windows-boot" boot wineboot --init 9>&-
    stop_windows # in its very first session no service can be started
  fi
  if [ ! -f "$WINEPREFIX/is-windows-10" ]; then
    logged "$windows-cfg" boot winecfg -v win10 9>&-
    stop_windows # or the next line would find a server that is about to go
    touch "$WINEPREFIX/is-windows-10"
  fi
  logged "$windows-server" wineserver --persistent 9>&- # or the first program would lend it this script's own output
  # Wine ends its services when its last ordinary process ends. This one waits for a key that nobody presses. Its question
  # says that all is up: what else Wine starts would have the output of whoever comes first, and who reads that to its
  # end, as ctest does of a test, would wait for Wine's end.
  local log=$logs/$windows-keep-alive.log
  rm -f "$WINEPREFIX/key" "$log"
  mkfifo "$WINEPREFIX/key"
  boot cmd /c pause <>"$WINEPREFIX/key" >"$log" 2>&1 9>&- &
  until [ -s "$log" ]; do
    kill -0 $! || fail "Windows did not start in $WINEPREFIX"
    sleep 0.1
  done
}

# The path as a Windows program wants it.
windows_path() { wine winepath -w "$1" | tr -d '\r'; }
