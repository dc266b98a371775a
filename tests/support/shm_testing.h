// What the tests say about the API: statuses in words, and a channel that closes itself.
#pragma once

#include <windows.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "shmbroker/shmbroker.h"

namespace shmbroker::tests {

// As the predicate of EXPECT_SHM: a number alone helps nobody who reads a failure.
inline testing::AssertionResult is_status(const char*, const char* call, int32_t expected, int32_t actual) {
  if (expected == actual) return testing::AssertionSuccess();
  return testing::AssertionFailure() << call << "\n  returned " << actual << " (" << ShmErrorTextUtf8(actual)
                                     << ")\n  expected " << expected << " (" << ShmErrorTextUtf8(expected)
                                     << ")\n  last error: " << ShmLastErrorTextUtf8();
}
#define EXPECT_SHM(expected, call) EXPECT_PRED_FORMAT2(shmbroker::tests::is_status, expected, call)
#define ASSERT_SHM(expected, call) ASSERT_PRED_FORMAT2(shmbroker::tests::is_status, expected, call)

inline ShmOptions options_for(uint32_t access, uint32_t flags = 0) {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = access;
  options.flags = flags;
  return options;
}

// Opens a channel, and closes it at the end of its life.
class Opened {
 public:
  explicit Opened(const wchar_t* name, uint32_t access = 0, uint32_t flags = 0) {
    const ShmOptions options = options_for(access, flags);
    status_ = ShmOpen(name, &options, &handle_);
    EXPECT_SHM(SHM_OK, status_);
  }
  Opened(Opened&& other) noexcept : handle_(std::exchange(other.handle_, 0u)), status_(other.status_) {}
  Opened& operator=(Opened&&) = delete;
  ~Opened() { close(); }

  operator ShmChannel() const { return handle_; }
  void close() {
    if (handle_ == 0) return;
    EXPECT_SHM(SHM_OK, ShmClose(std::exchange(handle_, 0u)));
  }
  // For a handle that somebody else has closed.
  void forget() { handle_ = 0; }

 private:
  ShmChannel handle_ = 0;
  int32_t status_ = SHM_OK;
};

inline int32_t write(ShmChannel channel, std::string_view text, uint32_t timeout_ms = 0) {
  return ShmWrite(channel, text.data(), text.size(), timeout_ms);
}

struct Answer {
  int32_t status;
  std::string text;
  bool operator==(const Answer&) const = default;
};
inline void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.status << " \"" << answer.text << '"';
}

inline Answer read(ShmChannel channel, uint32_t timeout_ms = 0) {
  std::string text(4096, '\0');
  size_t size = 0;
  const int32_t status = ShmRead(channel, text.data(), text.size(), &size, timeout_ms);
  text.resize(status >= 0 ? size : 0);
  return {status, text};
}

inline ShmInfo info_of(ShmChannel channel) {
  ShmInfo info{};
  info.size = sizeof info;
  EXPECT_SHM(SHM_OK, ShmGetInfo(channel, &info));
  return info;
}

inline ShmStats stats_of(ShmChannel channel) {
  ShmStats stats{};
  stats.size = sizeof stats;
  EXPECT_SHM(SHM_OK, ShmGetStats(channel, &stats));
  return stats;
}

}  // namespace shmbroker::tests
