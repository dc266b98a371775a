#!/usr/bin/env bash
# The main job, on a Debian machine: builds ShmBroker, installs and starts its service in a Windows under build/wine,
# lets programs exchange messages through it, in the console and in windows, and stops it.
#   samples/demo.sh          first time some minutes, then seconds
#   samples/demo.sh --keep   leaves the service running
source "$(dirname "$0")/../cmake/debian.sh"
source "$root/cmake/wine.sh"

keep_windows=no
case "${1:-}" in
  '') ;;
  --keep) keep_windows=yes ;;
  *) fail "usage: samples/demo.sh [--keep]" ;;
esac

bin=$root/build/mingw-x64/bin
screenshot=$root/build/demo.png
text=简单的共享内存示例
from_window="From a window: $text"

service_is() { grep -q "STATE.*$1" <<<"$(wine sc query ShmBroker)"; }

control_service() {
  echo "> sc $*"
  wine sc "$@" | tr -d '\r' | sed '/^$/d' || fail "sc $*"
}

start_service() {
  step "Installing and starting the service"
  if wine sc query ShmBroker >/dev/null; then control_service delete ShmBroker; fi
  control_service create ShmBroker binPath= "$(windows_path "$bin/shmbroker.exe")"
  control_service start ShmBroker
  await 20 "the service starts" service_is RUNNING
}

stop_service() {
  step "Stopping the service"
  control_service stop ShmBroker
  await 20 "the service stops" service_is STOPPED
  control_service delete ShmBroker
}

# say TEXT, hear TEXT: one line of the conversation.
say() {
  printf '  sender   → %s\n' "$1"
  wine "$bin/sender.exe" "$1" || fail "sender.exe"
}
has_heard() { grep -qxF "$1" <<<"$(tr -d '\r' <"$logs/receiver.txt")"; }
hear() {
  await 20 "the receiver hears '$1'" has_heard "$1"
  printf '  receiver ← %s\n' "$(tail -n 1 "$logs/receiver.txt" | tr -d '\r')"
}

talk_in_consoles() {
  step "Console: the receiver starts first"
  : >"$logs/receiver.txt"
  wine "$bin/receiver.exe" --count 3 --timeout 30000 >"$logs/receiver.txt" 2>"$logs/receiver.err" 9>&- &
  local line
  for line in "Hello from another process" "Surrogates, too: 🎈𠮷" "$text"; do
    say "$line"
    hear "$line"
  done
  wait $! || fail "receiver.exe: $(cat "$logs/receiver.err")"

  step "Console: the receiver starts when the sender is long gone"
  wine "$bin/receiver.exe" --timeout 0 >"$logs/receiver.txt" 2>"$logs/receiver.err" ||
    fail "receiver.exe: $(cat "$logs/receiver.err")"
  hear "$text"
}

# picture FILE: of the screen, once nothing moves on it.
picture() {
  local end=$((SECONDS + 20)) last='' now
  while now=$(import -window root png:- | tee "$1" | cksum) && [ "$now" != "$last" ]; do
    [ $SECONDS -lt $end ] || fail "the screen does not come to rest"
    last=$now
    sleep 0.5
  done
}
holds() { [ "$(wine "$bin/receiver.exe" --timeout 0 2>/dev/null | tr -d '\r')" = "$1" ]; }

registry() { wine reg add "$@" /f >/dev/null || fail "reg add $*"; }

# What a Windows has by itself: letters for every language, with soft edges.
choose_fonts() {
  registry 'HKCU\Software\Wine\Fonts\Replacements' /v 'Segoe UI' /d 'WenQuanYi Micro Hei'
  registry 'HKCU\Control Panel\Desktop' /v FontSmoothing /d 2
  registry 'HKCU\Control Panel\Desktop' /v FontSmoothingType /t REG_DWORD /d 1
}

open_window() {
  wine explorer /desktop=demo,1280x700 "$@" >/dev/null 2>&1 9>&- &
  picture "$screenshot"
}

talk_in_windows() {
  step "Windows: a sender, a receiver that is told by window message, one that is told by event"
  choose_fonts
  open_window "$bin/receiver_gui.exe"
  xdotool mousemove 250 288 mousedown 1 mousemove 500 200 mousemove 885 20 mouseup 1 # by its title, out of the way
  open_window "$bin/receiver_gui.exe" --event
  open_window "$bin/sender_gui.exe" --text "$from_window"
  xdotool search --name 'Wine desktop' windowfocus mousemove 200 13 click 1 key Return # the default button: Send
  await 20 "the window sends" holds "$from_window"
  picture "$screenshot"
  echo "  saved the screen to ${screenshot#"$root/"}"
}

need_packages "${windows_packages[@]}" xdotool imagemagick fonts-wine fonts-liberation fonts-wqy-microhei
build mingw-x64 shmbroker sender receiver sender_gui receiver_gui
begin_windows
start_service
talk_in_consoles
talk_in_windows
if [ $keep_windows = yes ]; then
  step "The service is left running. For a Windows program: WINEPREFIX=build/wine wine PROGRAM"
  echo "To end it: WINEPREFIX=build/wine wineserver -k"
else
  stop_service
fi
step "Done"
