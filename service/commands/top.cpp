// top: all channels, live.
#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/win/text.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/screen.h"
#include "service/commands/words.h"

namespace shmbroker::service {
namespace {

struct Options {
  uint32_t interval_ms = 1000;
  uint32_t count = 0;
  char sort = 'r';
  bool json = false;
};

// A channel at one moment, and what came of it since the one before.
struct Line {
  ShmChannelState state;
  double rate = 0;  // messages a second
  uint64_t lag = 0;
  uint64_t lost = 0;
  uint64_t waits = 0;
  uint32_t loans = 0;
  uint32_t blocker = 0;  // pid

  bool is_ring() const { return state.kind != SHM_BLOCK; }
  uint64_t percent() const { return 100 * state.backlog / state.capacity; }
};

Line line_of(const Watched& watched) {
  Line line{.state = watched.state};
  for (const ShmClientState& client : watched.clients) {
    line.lag = std::max(line.lag, client.lag);
    line.lost += client.lost;
    line.waits += client.waits;
    line.loans += client.loan;
    if ((client.flags & SHM_CLIENT_BLOCKS) != 0) line.blocker = client.pid;
  }
  return line;
}

class Watcher {
 public:
  explicit Watcher(const ClientApi& api) : api_(api) {}

  std::vector<Line> look() {
    std::vector<Line> lines;
    std::map<std::wstring, uint64_t> counts;
    const ULONGLONG now = GetTickCount64();
    for (const ShmInfo& info : list_channels(api_)) {
      const auto watched = inspect_listed(api_, info.name);
      if (!watched) continue;
      Line line = line_of(*watched);
      const auto before = counts_.find(info.name);
      if (before != counts_.end() && now > then_ && line.state.messages >= before->second) {
        line.rate = 1000.0 * static_cast<double>(line.state.messages - before->second) /
                    static_cast<double>(now - then_);
      }
      counts[info.name] = line.state.messages;
      lines.push_back(line);
    }
    counts_ = std::move(counts);
    then_ = now;
    return lines;
  }

 private:
  const ClientApi& api_;
  std::map<std::wstring, uint64_t> counts_;
  ULONGLONG then_ = 0;
};

void sort(std::vector<Line>& lines, char by) {
  std::ranges::stable_sort(lines, [by](const Line& a, const Line& b) {
    switch (by) {
      case 'r':
        return a.rate > b.rate;
      case 'l':
        return a.lag > b.lag;
      case 'b':
        return a.state.backlog > b.state.backlog;
      default:
        return false;  // as they come: by name
    }
  });
}

std::string text_of(const std::vector<Line>& lines) {
  Rows rows = {{"CHANNEL", "KIND", "MESSAGES/S", "READERS", "WRITERS", "BACKLOG", "FULL", "LAG", "LOST",
                "WAITS", "LOANS", "HELD UP BY"}};
  for (const Line& line : lines) {
    rows.push_back({win::display_utf8(line.state.name), kind_word(line.state.kind),
                    fmt::format("{:.0f}", line.rate), std::to_string(line.state.readers),
                    std::to_string(line.state.writers), line.is_ring() ? size_word(line.state.backlog) : "",
                    line.is_ring() ? fmt::format("{} %", line.percent()) : "",
                    line.state.kind == SHM_TOPIC ? size_word(line.lag) : "", std::to_string(line.lost),
                    std::to_string(line.waits), std::to_string(line.loans),
                    line.blocker != 0 ? "process " + std::to_string(line.blocker) : ""});
  }
  return table(rows);
}

std::string json_of(const std::vector<Line>& lines) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Line& line : lines) {
    all.push_back({{"name", win::display_utf8(line.state.name)},
                   {"kind", kind_word(line.state.kind)},
                   {"messages_per_second", line.rate},
                   {"messages", line.state.messages},
                   {"readers", line.state.readers},
                   {"writers", line.state.writers},
                   {"backlog", line.state.backlog},
                   {"lag", line.lag},
                   {"lost", line.lost},
                   {"waits", line.waits},
                   {"loans", line.loans},
                   {"held_up_by", line.blocker != 0 ? nlohmann::ordered_json(line.blocker) : nullptr}});
  }
  return all.dump();
}

std::vector<ScreenLine> screen_of(const ShmServiceState& service, const std::vector<Line>& lines,
                                  char sorted_by) {
  std::vector<ScreenLine> screen = {
      {fmt::format("ShmBroker {}, process {}: {}, open {}   refused: {}   recovered: {}",
                   version_word(service.version), service.pid, count_words(service.channels, "channel"),
                   count_words(service.clients, "time"), service.denials + service.quota,
                   service.recoveries)},
      {}};
  std::istringstream rows(text_of(lines));
  size_t index = 0;
  for (std::string row; std::getline(rows, row); ++index) {
    const bool is_held_up = index > 0 && lines[index - 1].blocker != 0;
    screen.push_back({row, index == 0 ? Emphasis::heading : is_held_up ? Emphasis::alert : Emphasis::none});
  }
  const auto mark = [sorted_by](char key, const char* name) {
    return fmt::format("{} {}{}   ", key, name, key == sorted_by ? "*" : "");
  };
  screen.push_back({});
  screen.push_back({"Sort by:  " + mark('r', "rate") + mark('l', "lag") + mark('b', "backlog") +
                    mark('n', "name") + "   q quits"});
  return screen;
}

int top(Options options) {
  const ClientApi api;
  const Screen screen;
  Watcher watcher(api);
  for (uint32_t shown = 0;;) {
    std::vector<Line> lines = watcher.look();
    sort(lines, options.sort);
    if (options.json || !screen.is_console()) {
      std::printf("%s\n", (options.json ? json_of(lines) : text_of(lines)).c_str());
      std::fflush(stdout);
    } else {
      screen.show(screen_of(inspect_service(api), lines, options.sort));
    }
    if (++shown == options.count) break;
    const char key = screen.wait_for_key(options.interval_ms);
    if (key == 'q') break;
    if (key == 'r' || key == 'l' || key == 'b' || key == 'n') options.sort = key;
  }
  return 0;
}

}  // namespace

void add_top(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("top", "All channels, live: rates, lag, and who holds one up");
  command->add_option("--interval", options->interval_ms, "Milliseconds between two looks")
      ->check(CLI::Range(100, 3'600'000))
      ->capture_default_str();
  command->add_option("--count", options->count,
                      "End after so many looks; otherwise go on until q or Ctrl-C");
  command
      ->add_option_function<std::string>(
          "--sort", [options](const std::string& word) { options->sort = word[0]; },
          "rate, lag, backlog or name")
      ->check(CLI::IsMember({"rate", "lag", "backlog", "name"}))
      ->default_str("rate");
  command->add_flag("--json", options->json, "For scripts: a line of JSON for each look");
  command->footer(
      "Lag: bytes that the slowest reader of a topic has not read yet. Lost: messages overwritten before "
      "they were\n"
      "read. Waits: reads that blocked, and turns at the lock that had to be waited for. Where the output is "
      "no\n"
      "console, each look is a table of its own.");
  command->callback([&action, options] { action = [options] { return top(*options); }; });
}

}  // namespace shmbroker::service
