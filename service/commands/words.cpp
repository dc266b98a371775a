#include "service/commands/words.h"

#include <windows.h>

#include <fmt/core.h>

#include <algorithm>

#include "service/commands/columns.h"
#include "win/text.h"

namespace shmbroker::service {
// As the installer and the properties of the files have it; see cmake/version.cmake.
std::string version_word(uint32_t version) { return fmt::format("{}.{}.0", version >> 16, version & 0xFFFF); }

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
