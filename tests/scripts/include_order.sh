#!/usr/bin/env bash
# Fails where a source file includes one of a folder that its own may not know. docs/architecture.md has the same table
# in words.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Folder, and what it may include besides itself. "api": the public headers, client_dll/include.
layers='
core
protocol          core
win
client_dll        api core protocol win
service/config    core protocol
service/support   core protocol win service/config
service/broker    core protocol win service/config service/support
service/host      core protocol win service/config service/support service/broker
service/commands  api watch core protocol win service/config service/support service/broker service/host
service           api watch core protocol win service/config service/support service/broker service/host service/commands
watch             api
monitor           api win watch samples/cpp
bindings          api
samples           api bindings
'

grep -rnE --include='*.h' --include='*.hpp' --include='*.inl' --include='*.cpp' --include='*.c' \
  '^ *#include ["<](core|protocol|win|client_dll|service|watch|monitor|bindings|samples|tests|shmbroker)/' \
  core protocol win client_dll service watch monitor bindings samples |
  awk -v layers="$layers" '
    BEGIN {
      count = split(layers, lines, "\n")
      for (i = 1; i <= count; ++i) {
        words = split(lines[i], word, " ")
        if (words > 0) known[word[1]] = " " lines[i] " "
      }
    }
    # The longest of the folders above that a path is in.
    function layer(path) {
      if (path ~ /^(client_dll\/include|shmbroker)\//) return "api"
      while (sub(/\/[^\/]*$/, "", path)) if (path in known || path == "samples/cpp") return path
      return path
    }
    {
      split($0, part, /:[0-9]+: *#include ["<]|[">]/)
      from = layer(part[1]); to = layer(part[2])
      if (from == "samples/cpp") from = "samples"
      if (to == from || from == "api" && to == "api" || index(to, from "/") == 1 && from == "samples") next
      if (!(from in known) || index(known[from], " " to " ") == 0) {
        print part[1] ": " from "/ must not include " part[2]; bad = 1
      }
    }
    END { exit bad }'
