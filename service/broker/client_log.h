// Lines of the log that clients cause. One that a process causes again and again is written once a minute,
// and then how often it was repeated; of different ones a process has a few a minute, and an account a few
// more, and then a count. So a program that is refused all the time, or creates channels in a loop, does not
// roll away what an administrator wants to read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace shmbroker::service {

class ClientLog {
 public:
  static constexpr uint64_t kPeriod = 60 * 1000;  // milliseconds
  static constexpr uint32_t kMostOfAProcess = 5;  // lines in one period
  static constexpr uint32_t kMostOfAnAccount = 50;
  static constexpr size_t kMostRememberedProcesses = 1000;  // of one account; further ones share one count

  enum class Level { info, warning, error };
  using Write = std::function<void(Level level, const std::string& line)>;

  explicit ClientLog(Write write) : write_(std::move(write)) {}

  // Writes a line, or counts it. account: whose process it is about. now_ms: any clock that does not go back.
  void note(const std::wstring& account, uint32_t pid, Level level, const std::string& text,
            uint64_t now_ms) {
    Account& of = accounts_.try_emplace(account, Account{.end = now_ms + kPeriod}).first->second;
    const bool is_known = of.lines_of.contains(pid) || of.lines_of.size() < kMostRememberedProcesses;
    std::vector<Line>& lines = of.lines_of[is_known ? pid : 0];
    for (Line& line : lines) {
      if (line.text != text) continue;
      ++line.repeated;
      return;
    }
    if (lines.size() < kMostOfAProcess && of.lines < kMostOfAnAccount) {
      ++of.lines;
      lines.push_back({level, text});
      write_(level, text);
      return;
    }
    ++of.left_out;
    of.last_pid = pid;
    of.last_level = level;
    of.last = text;
  }

  // Writes the counts of the periods that are over. Returns when the next one is, or UINT64_MAX.
  uint64_t end_periods(uint64_t now_ms) {
    uint64_t next = UINT64_MAX;
    for (auto at = accounts_.begin(); at != accounts_.end();) {
      const Account& account = at->second;
      if (account.end > now_ms) {
        next = account.end < next ? account.end : next;
        ++at;
        continue;
      }
      for (const auto& [pid, lines] : account.lines_of) write_repetitions(lines);
      if (account.left_out != 0) write_(account.last_level, summary_of(account));
      at = accounts_.erase(at);
    }
    return next;
  }

 private:
  struct Line {
    Level level;
    std::string text;
    uint64_t repeated = 0;
  };
  struct Account {
    uint64_t end = 0;
    uint32_t lines = 0;
    std::map<uint32_t, std::vector<Line>> lines_of{};  // what was written, by process
    // What was not written.
    uint64_t left_out = 0;
    uint32_t last_pid = 0;
    Level last_level = Level::info;
    std::string last{};
  };

  void write_repetitions(const std::vector<Line>& lines) {
    for (const Line& line : lines) {
      if (line.repeated == 0) continue;
      write_(line.level,
             "repeated " + std::to_string(line.repeated) + " times within a minute: " + line.text);
    }
  }

  static std::string summary_of(const Account& account) {
    const size_t others = account.lines_of.size() - (account.lines_of.contains(account.last_pid) ? 1 : 0);
    return std::to_string(account.left_out) + " more lines within a minute about process " +
           std::to_string(account.last_pid) +
           (others == 0 ? "" : " and " + std::to_string(others) + " others of its account") +
           "; the last: " + account.last;
  }

  Write write_;
  std::map<std::wstring, Account> accounts_;
};

}  // namespace shmbroker::service
