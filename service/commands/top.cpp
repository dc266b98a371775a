// top: all channels, live.
#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "core/win/text.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/words.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

struct Options {
  uint32_t interval_ms = 1000;
  uint32_t count = 0;
  char sort = 'r';
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
      Line line = line_of(inspect(api_, info.name));
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
    const bool is_ring = line.state.kind != SHM_BLOCK;
    rows.push_back({win::display_utf8(line.state.name), kind_word(line.state.kind),
                    fmt::format("{:.0f}", line.rate), std::to_string(line.state.readers),
                    std::to_string(line.state.writers), is_ring ? size_word(line.state.backlog) : "",
                    is_ring ? fmt::format("{} %", 100 * line.state.backlog / line.state.capacity) : "",
                    size_word(line.lag), std::to_string(line.lost), std::to_string(line.waits),
                    std::to_string(line.loans),
                    line.blocker != 0 ? "process " + std::to_string(line.blocker) : ""});
  }
  return table(rows);
}

// The window of a console, rewritten in place.
class Screen {
 public:
  Screen() : output_(GetStdHandle(STD_OUTPUT_HANDLE)), input_(GetStdHandle(STD_INPUT_HANDLE)) {
    DWORD mode = 0;
    is_console_ = GetConsoleMode(output_, &mode) != FALSE;
    has_keys_ = is_console_ && GetConsoleMode(input_, &mode) != FALSE;
  }

  bool is_console() const { return is_console_; }

  void show(const std::string& text) const {
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(output_, &info)) throw win32_error("cannot write to the console");
    const auto width = static_cast<size_t>(info.srWindow.Right - info.srWindow.Left);
    const auto height = static_cast<size_t>(info.srWindow.Bottom - info.srWindow.Top);
    const std::wstring wide = win::to_utf16(text).value_or(L"");
    SetConsoleCursorPosition(output_, {info.srWindow.Left, info.srWindow.Top});
    size_t at = 0;
    for (size_t row = 0; row < height; ++row) {
      const size_t end = std::min(wide.find(L'\n', at), wide.size());
      std::wstring line = wide.substr(std::min(at, wide.size()), end - std::min(at, end));
      line.resize(width, L' ');
      line += L"\r\n";
      DWORD written = 0;
      WriteConsoleW(output_, line.data(), static_cast<DWORD>(line.size()), &written, nullptr);
      at = end + 1;
    }
  }

  // Returns the key that was pressed within the time, or 0.
  char wait_for_key(uint32_t timeout_ms) const {
    if (!has_keys_) {
      Sleep(timeout_ms);
      return 0;
    }
    const ULONGLONG end = GetTickCount64() + timeout_ms;
    for (;;) {
      const ULONGLONG now = GetTickCount64();
      if (now >= end || WaitForSingleObject(input_, static_cast<DWORD>(end - now)) != WAIT_OBJECT_0) return 0;
      INPUT_RECORD record;
      DWORD count = 0;
      if (!ReadConsoleInputW(input_, &record, 1, &count) || count == 0) return 0;
      const auto& key = record.Event.KeyEvent;
      if (record.EventType != KEY_EVENT || !key.bKeyDown) continue;
      if (key.wVirtualKeyCode == VK_ESCAPE) return 'q';
      if (key.uChar.UnicodeChar > 0 && key.uChar.UnicodeChar < 0x80)
        return static_cast<char>(key.uChar.UnicodeChar);
    }
  }

 private:
  HANDLE output_;
  HANDLE input_;
  bool is_console_ = false;
  bool has_keys_ = false;
};

int top(Options options) {
  const ClientApi api;
  const Screen screen;
  Watcher watcher(api);
  for (uint32_t shown = 0; options.count == 0 || shown < options.count;) {
    std::vector<Line> lines = watcher.look();
    sort(lines, options.sort);
    const std::string text = text_of(lines);
    if (screen.is_console()) {
      screen.show(text + "\nSort by: r rate, l lag, b backlog, n name.   q quits.");
    } else {
      std::printf("%s\n", text.c_str());
      std::fflush(stdout);
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
  command->footer(
      "Lag: bytes that the slowest reader of a topic has not read yet. Lost: messages overwritten before "
      "they were\n"
      "read. Waits: reads that blocked, and turns at the lock that had to be waited for. Where the output is "
      "no\n"
      "console, each look is a table of its own.");
  command->callback([&action, options] { action = [options] { return top(*options); }; });
}

}  // namespace shmbroker::service
