// top: all channels, live.
#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unordered_map>

#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/output.h"
#include "service/commands/screen.h"
#include "service/commands/words.h"
#include "win/text.h"

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
  ShmChannelSummary now{};
  double rate = 0;  // messages a second

  bool is_ring() const { return now.kind != SHM_BLOCK; }
  uint64_t percent() const { return 100 * now.backlog / now.capacity; }
  bool is_held_up() const { return (now.flags & SHM_CHANNEL_HELD_UP) != 0; }

  std::string blocker() const {
    if ((now.flags & SHM_CHANNEL_UNAVAILABLE) != 0) return "UNAVAILABLE";
    if ((now.flags & SHM_CHANNEL_UNTAKEN) != 0) return "no reader takes a message";
    if (!is_held_up()) return "";
    return now.blocker != 0 ? "process " + std::to_string(now.blocker) : "a process that you may not see";
  }
};

class Watcher {
 public:
  explicit Watcher(const ClientApi& api) : api_(api) {}

  std::vector<Line> look() {
    std::vector<Line> lines;
    std::unordered_map<std::wstring, uint64_t> counts;
    const ULONGLONG now = GetTickCount64();
    for (const ShmChannelSummary& channel : inspect_all(api_)) {
      Line line{.now = channel};
      const auto before = counts_.find(channel.name);
      if (before != counts_.end() && now > then_ && channel.messages >= before->second) {
        line.rate = 1000.0 * static_cast<double>(channel.messages - before->second) /
                    static_cast<double>(now - then_);
      }
      counts[channel.name] = channel.messages;
      lines.push_back(line);
    }
    counts_ = std::move(counts);
    then_ = now;
    return lines;
  }

 private:
  const ClientApi& api_;
  std::unordered_map<std::wstring, uint64_t> counts_;
  ULONGLONG then_ = 0;
};

void sort(std::vector<Line>& lines, char by) {
  std::ranges::stable_sort(lines, [by](const Line& a, const Line& b) {
    switch (by) {
      case 'r':
        return a.rate > b.rate;
      case 'l':
        return a.now.lag > b.now.lag;
      case 'b':
        return a.now.backlog > b.now.backlog;
      default:
        return false;  // as they come: by name
    }
  });
}

std::string text_of(const std::vector<Line>& lines) {
  Rows rows = {{"CHANNEL", "KIND", "MESSAGES/S", "READERS", "WRITERS", "BACKLOG", "FULL", "LAG", "LOST",
                "WAITS", "LOANS", "HELD UP BY"}};
  for (const Line& line : lines) {
    rows.push_back({win::display_utf8(line.now.name), kind_word(line.now.kind),
                    fmt::format("{:.0f}", line.rate), std::to_string(line.now.readers),
                    std::to_string(line.now.writers), line.is_ring() ? size_word(line.now.backlog) : "",
                    line.is_ring() ? fmt::format("{} %", line.percent()) : "",
                    line.now.kind == SHM_TOPIC ? size_word(line.now.lag) : "", std::to_string(line.now.lost),
                    std::to_string(line.now.waits), std::to_string(line.now.loans), line.blocker()});
  }
  return table(rows);
}

std::string json_of(const std::vector<Line>& lines) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Line& line : lines) {
    all.push_back(
        {{"name", win::display_utf8(line.now.name)},
         {"kind", kind_word(line.now.kind)},
         {"messages_per_second", line.rate},
         {"messages", line.now.messages},
         {"readers", line.now.readers},
         {"writers", line.now.writers},
         {"backlog", line.now.backlog},
         {"lag", line.now.lag},
         {"lost", line.now.lost},
         {"waits", line.now.waits},
         {"loans", line.now.loans},
         {"held_up_by", line.now.blocker != 0 ? nlohmann::ordered_json(line.now.blocker) : nullptr}});
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
    const bool is_held_up = index > 0 && !lines[index - 1].blocker().empty();
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

// Looks now and then whether somebody still reads the output.
char wait_for_key(const Screen& screen, uint32_t timeout_ms) {
  constexpr uint32_t kLook = 200;  // milliseconds
  for (uint32_t waited = 0; waited < timeout_ms; waited += kLook) {
    check_output();
    if (const char key = screen.wait_for_key(std::min(kLook, timeout_ms - waited)); key != 0) return key;
  }
  return 0;
}

int top(Options options) {
  const ClientApi api;
  const Screen screen;
  Watcher watcher(api);
  for (uint32_t shown = 0;;) {
    std::vector<Line> lines = watcher.look();
    sort(lines, options.sort);
    if (options.json || !screen.is_console()) {
      print((options.json ? json_of(lines) : text_of(lines)) + "\n");
    } else {
      screen.show(screen_of(inspect_service(api), lines, options.sort));
    }
    if (++shown == options.count) break;
    const char key = wait_for_key(screen, options.interval_ms);
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
