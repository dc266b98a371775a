#include "service/commands/words.h"

#include <windows.h>

#include <fmt/core.h>

#include <algorithm>

#include "service/commands/columns.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

std::string joined(const std::vector<const char*>& words) {
  std::string text;
  for (const char* word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

std::string kind_word(uint32_t kind) {
  return kind == SHM_BLOCK ? "block" : kind == SHM_TOPIC ? "topic" : kind == SHM_QUEUE ? "queue" : "?";
}

std::string when_full_word(uint32_t when_full) {
  return when_full == SHM_OVERWRITE ? "overwrite" : when_full == SHM_WAIT ? "wait" : "";
}

std::string rights_word(uint32_t access) {
  const bool reads = (access & SHM_READ) != 0;
  const bool writes = (access & SHM_WRITE) != 0;
  return reads && writes ? "read, write" : reads ? "read" : writes ? "write" : "nothing";
}

// As the installer and the properties of the files have it; see cmake/version.cmake.
std::string version_word(uint32_t version) { return fmt::format("{}.{}.0", version >> 16, version & 0xFFFF); }

std::string client_words(uint32_t flags) {
  std::vector<const char*> words;
  if ((flags & SHM_CLIENT_BLOCKS) != 0) words.push_back("HOLDS UP THE CHANNEL");
  if ((flags & SHM_CLIENT_WAITING) != 0) words.push_back("waits");
  if ((flags & SHM_CLIENT_LOCK) != 0) words.push_back("has the lock");
  if ((flags & SHM_CLIENT_EXCLUSIVE) != 0) words.push_back("exclusive");
  return joined(words);
}

std::string utc_word(uint64_t time) {
  const FILETIME file_time{static_cast<DWORD>(time), static_cast<DWORD>(time >> 32)};
  SYSTEMTIME utc{};
  FileTimeToSystemTime(&file_time, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.wYear, utc.wMonth, utc.wDay, utc.wHour,
                     utc.wMinute, utc.wSecond, utc.wMilliseconds);
}

std::string count_words(uint64_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string size_word(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  uint64_t whole = bytes;
  uint64_t rest = 0;
  for (; whole >= 1024 && unit + 1 < std::size(kUnits); ++unit) {
    rest = whole % 1024;
    whole /= 1024;
  }
  if (rest == 0 || whole >= 100) return fmt::format("{} {}", whole, kUnits[unit]);
  return fmt::format("{:.1f} {}", static_cast<double>(whole) + static_cast<double>(rest) / 1024,
                     kUnits[unit]);
}

std::string table(const Rows& rows) {
  std::vector<size_t> widths(rows.at(0).size());
  std::vector<bool> is_number(widths.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns_of(row[i]));
      if (&row != &rows[0] && !row[i].empty()) is_number[i] = row[i][0] >= '0' && row[i][0] <= '9';
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - columns_of(row[i]), ' ');
      line += (is_number[i] ? blanks + row[i] : row[i] + blanks) + "  ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace shmbroker::service
