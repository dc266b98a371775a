// top: all channels, live.
#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unordered_map>

#include "service/commands/channel_filter.h"
#include "service/commands/client_api.h"
#include "service/commands/columns.h"
#include "service/commands/commands.h"
#include "service/commands/describe.h"
#include "service/commands/output.h"
#include "service/commands/programs.h"
#include "service/commands/screen.h"
#include "service/commands/scrolling.h"
#include "service/commands/trouble.h"
#include "service/commands/words.h"
#include "watch/words.h"
#include "win/text.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

struct TopOptions {
  uint32_t interval_ms = 1000;
  uint32_t count = 0;
  char sort = 'r';
  ChannelFilter filter;
  bool json = false;
};

// A channel at one moment, and what came of it since the one before.
struct Line {
  ShmChannelSummary now{};
  double rate = 0;   // messages a second
  double bytes = 0;  // written a second

  bool is_ring() const { return now.kind == SHM_TOPIC || now.kind == SHM_QUEUE; }
  bool is_service() const { return now.kind == SHM_SERVICE; }
  uint64_t percent() const { return 100 * now.backlog / now.capacity; }
  bool is_in_trouble() const { return service::is_in_trouble(now); }
};

class Watcher {
 public:
  Watcher(const ClientApi& api, const ChannelFilter& filter) : api_(api), filter_(filter) {}

  std::vector<Line> look() {
    std::vector<Line> lines;
    std::unordered_map<std::wstring, Counts> counts;
    const ULONGLONG now = GetTickCount64();
    for (const ShmChannelSummary& channel : inspect_all(api_)) {
      if (!filter_.takes(channel)) continue;
      Line line{.now = channel};
      const auto before = counts_.find(channel.name);
      if (before != counts_.end() && now > then_) {
        line.rate = a_second(before->second.messages, channel.messages, now - then_);
        line.bytes = a_second(before->second.bytes, channel.bytes_written, now - then_);
      }
      counts[channel.name] = {channel.messages, channel.bytes_written};
      lines.push_back(line);
    }
    counts_ = std::move(counts);
    then_ = now;
    return lines;
  }

 private:
  struct Counts {
    uint64_t messages;
    uint64_t bytes;
  };

  // A channel that was made anew begins from 0.
  static double a_second(uint64_t before, uint64_t after, uint64_t milliseconds) {
    if (after < before) return 0;
    return 1000.0 * static_cast<double>(after - before) / static_cast<double>(milliseconds);
  }

  const ClientApi& api_;
  const ChannelFilter& filter_;
  std::unordered_map<std::wstring, Counts> counts_;
  ULONGLONG then_ = 0;
};

// Those that are in trouble come first in any case: they are what somebody looks for.
void sort(std::vector<Line>& lines, char by) {
  std::ranges::stable_sort(lines, [by](const Line& a, const Line& b) {
    if (a.is_in_trouble() != b.is_in_trouble()) return a.is_in_trouble();
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

// What only services have. Their messages are calls.
void add_calls(Rows& rows, const std::vector<Line>& lines) {
  rows.front().insert(rows.front().end(), {"UNDER WAY", "SERVED P50", "P99"});
  for (size_t i = 0; i < lines.size(); ++i) {
    const ShmChannelSummary& now = lines[i].now;
    const auto time = [&](uint64_t hundred_ns) {
      return hundred_ns != 0 ? watch::duration_word(hundred_ns) : "";
    };
    rows[i + 1].insert(rows[i + 1].end(), {lines[i].is_service() ? std::to_string(now.calls_under_way) : "",
                                           time(now.serve_p50), time(now.serve_p99)});
  }
}

// Who holds a channel up stands before the figures, of which a narrow window may cut some off.
// most_of_a_name: columns.
std::string text_of(const std::vector<Line>& lines, size_t most_of_a_name = SIZE_MAX) {
  Programs programs;
  Rows rows = {{"CHANNEL", "HELD UP BY", "KIND", "MESSAGES/S", "READERS", "WRITERS", "BACKLOG", "FULL", "LAG",
                "LOST", "WAITS", "LOANS"}};
  for (const Line& line : lines) {
    rows.push_back(
        {fitted(win::display_utf8(line.now.name), most_of_a_name), trouble_words(line.now, programs),
         watch::kind_word(line.now.kind), fmt::format("{:.0f}", line.rate), std::to_string(line.now.readers),
         std::to_string(line.now.writers), line.is_ring() ? watch::size_word(line.now.backlog) : "",
         line.is_ring() ? fmt::format("{} %", line.percent()) : "",
         line.now.kind == SHM_TOPIC ? watch::size_word(line.now.lag) : "", std::to_string(line.now.lost),
         std::to_string(line.now.waits), std::to_string(line.now.loans)});
  }
  if (std::ranges::any_of(lines, &Line::is_service)) add_calls(rows, lines);
  return table(rows);
}

std::string json_of(const std::vector<Line>& lines) {
  nlohmann::ordered_json look = {{"time", utc_word(win::now())},
                                 {"channels", nlohmann::ordered_json::array()}};
  for (const Line& line : lines) {
    look["channels"].push_back(
        {{"name", win::display_utf8(line.now.name)},
         {"kind", watch::kind_word(line.now.kind)},
         {"messages_per_second", line.rate},
         {"bytes_per_second", line.bytes},
         {"messages", line.now.messages},
         {"bytes_written", line.now.bytes_written},
         {"recoveries", line.now.recoveries},
         {"denials", line.now.denials},
         {"readers", line.now.readers},
         {"writers", line.now.writers},
         {"backlog", line.now.backlog},
         {"lag", line.now.lag},
         {"lost", line.now.lost},
         {"waits", line.now.waits},
         {"loans", line.now.loans},
         {"held_up_by", line.now.blocker != 0 ? nlohmann::ordered_json(line.now.blocker) : nullptr}});
    if (line.is_service()) look["channels"].back()["calls"] = service::json_of(line.now)["calls"];
  }
  return look.dump();
}

constexpr size_t kOtherLines = 6;  // above and below the rows

size_t rows_of(const Screen::Size& size) { return size.rows > kOtherLines ? size.rows - kOtherLines : 1; }

// first: the row that is shown first.
std::vector<ScreenLine> screen_of(const ShmServiceState& service, const std::vector<Line>& lines,
                                  size_t first, const Screen::Size& size, char sorted_by) {
  std::vector<ScreenLine> screen = {
      {fmt::format("ShmBroker {}, process {}: {}, open {}   refused: {}   recovered: {}",
                   version_word(service.version), service.pid, count_words(service.channels, "channel"),
                   count_words(service.clients, "time"), service.denials + service.quota,
                   service.recoveries)},
      {}};
  constexpr size_t kLeastOfAName = 16;
  const size_t last = std::min(lines.size(), first + rows_of(size));
  std::istringstream rows(text_of(lines, std::max(kLeastOfAName, size.columns / 3)));
  size_t index = 0;
  for (std::string row; std::getline(rows, row); ++index) {
    if (index == 0) screen.push_back({row, Emphasis::heading});
    if (index < first + 1 || index > last) continue;
    screen.push_back({row, lines[index - 1].is_in_trouble() ? Emphasis::alert : Emphasis::none});
  }
  const auto mark = [sorted_by](char key, const char* name) {
    return fmt::format("{} {}{}   ", key, name, key == sorted_by ? "*" : "");
  };
  screen.push_back({});
  screen.push_back({"Sort by:  " + mark('r', "rate") + mark('l', "lag") + mark('b', "backlog") +
                    mark('n', "name") + "   q quits" +
                    (last - first == lines.size() ? ""
                                                  : fmt::format("   rows {} to {} of {}: arrows, PgUp, PgDn",
                                                                first + 1, last, lines.size()))});
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

// Shows the lines until the next look is due, sorted and scrolled as the keys say. Returns false if the user
// has had enough.
class Display {
 public:
  Display(const Screen& screen, char sort) : screen_(screen), sort_(sort) {}

  bool show(const ShmServiceState& service, std::vector<Line>& lines, uint32_t for_ms) {
    const ULONGLONG end = GetTickCount64() + for_ms;
    for (char key = 0;;) {
      const Screen::Size size = screen_.size();
      first_ = scrolled(first_, key, lines.size(), rows_of(size));
      sort(lines, sort_);
      screen_.show(screen_of(service, lines, first_, size, sort_));
      const ULONGLONG now = GetTickCount64();
      key = now < end ? wait_for_key(screen_, static_cast<uint32_t>(end - now)) : '\0';
      if (key == 0) return true;
      if (key == 'q') return false;
      if (key == 'r' || key == 'l' || key == 'b' || key == 'n') sort_ = key;
    }
  }

 private:
  const Screen& screen_;
  char sort_;
  size_t first_ = 0;
};

int top(const TopOptions& options) {
  const ClientApi api;
  const Screen screen;
  Watcher watcher(api, options.filter);
  Display display(screen, options.sort);
  for (uint32_t shown = 1;; ++shown) {
    const bool is_last = shown == options.count;
    const uint32_t pause = is_last ? 0 : options.interval_ms;
    std::vector<Line> lines = watcher.look();
    if (screen.is_console() && !options.json) {
      if (!display.show(inspect_service(api), lines, pause) || is_last) return 0;
      continue;
    }
    sort(lines, options.sort);
    print((options.json ? json_of(lines) : text_of(lines)) + "\n");
    if (is_last || wait_for_key(screen, pause) == 'q') return 0;
  }
}

}  // namespace

void add_top(CLI::App& app, Action& action) {
  const auto options = std::make_shared<TopOptions>();
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
  options->filter.add_to(*command);
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
