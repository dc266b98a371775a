// Numbers and flags as people read them, and tables of them.
#pragma once

#include <shmbroker/watch.h>

#include <string>
#include <vector>

namespace shmbroker::service {

std::string kind_word(uint32_t kind);
std::string when_full_word(uint32_t when_full);
std::string rights_word(uint32_t access);
std::string client_words(uint32_t flags);
std::string version_word(uint32_t version);

// "2026-11-27T16:20:05.123Z". time: in 100 ns since 1601 UTC.
std::string utc_word(uint64_t time);

// "1 channel", "2 channels".
std::string count_words(uint64_t count, const char* noun);

// "512 B", "64 KiB", "1.5 MiB".
std::string size_word(uint64_t bytes);

// Columns as wide as their widest cell; the first row is the heading. A column of numbers is aligned to
// the right.
using Rows = std::vector<std::vector<std::string>>;
std::string table(const Rows& rows);

}  // namespace shmbroker::service
