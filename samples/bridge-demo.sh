#!/usr/bin/env bash
# Two machines that talk, on a Debian machine: two Windows under build, each with ShmBroker's service and a bridge, and a
# NATS server between them. A sender writes into a channel of the one, a receiver reads from a channel of the other.
#   samples/bridge-demo.sh   first time some minutes, then half a minute
source "$(dirname "$0")/../cmake/debian.sh"
source "$root/cmake/wine.sh"
[ $# = 0 ] || fail "usage: samples/bridge-demo.sh"

bin=$root/build/mingw-x64/bin
work=$root/build/bridge-demo
port=24222
text=简单的共享内存示例
pids=()

end_demo() {
  local status=$? site
  trap - EXIT
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  for site in berlin rome; do WINEPREFIX=$root/build/bridge-$site stop_windows; done
  exit $status
}

# at SITE PROGRAM...: runs a program on that machine.
at() {
  local site=$1 program=$2
  shift 2
  (cd "$work/$site" && WINEPREFIX=$root/build/bridge-$site wine "$bin/$program" "$@")
}

# machine SITE RULE: a Windows with a service and a bridge.
machine() {
  local site=$1 rule=$2
  (
    keep_windows=yes
    begin_windows "bridge-$site"
  )
  mkdir -p "$work/$site"
  cat >"$work/$site/shmbroker.json" <<<'{ "channels": [{ "name": "notes", "kind": "topic", "when_full": "wait", "capacity": "1 MiB", "max_message": "64 KiB" }] }'
  cat >"$work/$site/shmbridge.json" <<<"{ \"site\": \"$site\", \"nats\": { \"servers\": [\"nats://127.0.0.1:$port\"] }, \"rules\": [$rule] }"
  at "$site" shmbroker.exe run --config shmbroker.json --data broker >"$logs/bridge-$site-service.log" 2>&1 &
  pids+=($!)
  at "$site" shmbridge.exe run --config shmbridge.json >"$logs/bridge-$site.log" 2>&1 &
  pids+=($!)
}

runs() { grep -q ': running; ' <<<"$(at "$1" shmbridge.exe status --config shmbridge.json 2>/dev/null)"; }
has_heard() { grep -qxF "$1" <<<"$(tr -d '\r' <"$logs/bridge-receiver.log")"; }

need_packages "${windows_packages[@]}" golang-go golang-github-nats-io-go-nats-dev nats-server
build mingw-x64 shmbroker shmclient sender receiver shmbridge
rm -rf "$work"
mkdir -p "$work"
trap end_demo EXIT
unset DISPLAY

step "A NATS server with JetStream"
nats-server --addr 127.0.0.1 --port $port --jetstream --store_dir "$work/jetstream" >"$logs/nats-server.log" 2>&1 &
pids+=($!)
machine berlin '{ "topic": "notes", "direction": "out", "stream": "NOTES", "subject": "notes.{site}" }'
machine rome '{ "topic": "notes", "direction": "in", "stream": "NOTES", "subject": "notes.berlin" }'
await 60 "the stream is made" at berlin shmbridge.exe create --config shmbridge.json
for site in berlin rome; do await 60 "the bridge of $site runs" runs $site; done

step "From Berlin to Rome"
: >"$logs/bridge-receiver.log"
at rome receiver.exe --channel notes --count 3 --timeout 60000 >"$logs/bridge-receiver.log" 2>&1 &
receiver=$!
await 60 "the receiver is ready" grep -q "reading channel" "$logs/bridge-receiver.log"
for line in "Hello from another machine" "Surrogates, too: 🎈𠮷" "$text"; do
  printf '  berlin: sender → %s\n' "$line"
  at berlin sender.exe --channel notes "$line" || fail "sender.exe"
  await 60 "the receiver hears '$line'" has_heard "$line"
  printf '  rome: receiver ← %s\n' "$line"
done
wait $receiver || fail "receiver.exe: $(cat "$logs/bridge-receiver.log")"
step "What the bridges say"
for site in berlin rome; do at $site shmbridge.exe status --config shmbridge.json; done
step "Done"
