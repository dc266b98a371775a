// Numbers as people read them, and tables of them. What the monitor says too is in watch/words.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shmbroker::service {

std::string version_word(uint32_t version);

// "2026-11-27T16:20:05.123Z". time: in 100 ns since 1601 UTC.
std::string utc_word(uint64_t time);

// "1 channel", "2 channels".
std::string count_words(uint64_t count, const char* noun);

// Columns as wide as their widest cell; the first row is the heading. A column of numbers is aligned to
// the right.
using Rows = std::vector<std::vector<std::string>>;
std::string table(const Rows& rows);

}  // namespace shmbroker::service
