// What a reader that stays has got of numbered streams: whether anything was lost, doubled or torn.
#pragma once

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/numbered_stream.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {

class Record {
 public:
  // Takes a message in, as ShmRead gave it. Returns false at the end of the stream and at a fault.
  bool take(int32_t status, const void* data, size_t size) {
    if (size == 0) return false;
    uint64_t word = 0;
    if (!read_lockstep(data, size, word) || size != numbered_size(word)) return wrong("torn", word);
    if (status == SHM_S_LOST) return wrong("after a gap", word);
    if (status == SHM_S_REDELIVERED) again_.insert(word);
    const bool is_new = seen_[static_cast<uint32_t>(word >> 32)].insert(static_cast<uint32_t>(word)).second;
    if (!is_new && status != SHM_S_REDELIVERED) return wrong("twice", word);
    return true;
  }

  // How many messages of this writer came, if they are 1 to that number; else fails.
  testing::AssertionResult has_all(uint32_t writer, uint64_t count) const {
    if (!fault_.empty()) return testing::AssertionFailure() << fault_;
    const auto found = seen_.find(writer);
    const uint64_t got = found == seen_.end() ? 0 : found->second.size();
    const uint64_t last = got == 0 ? 0 : *found->second.rbegin();
    if (got == count && last == count) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "of writer " << writer << " came " << got
                                       << " messages, the last is " << last << "; committed were " << count;
  }
  uint64_t last_of(uint32_t writer) const {
    const auto found = seen_.find(writer);
    return found == seen_.end() || found->second.empty() ? 0 : *found->second.rbegin();
  }
  size_t redelivered() const { return again_.size(); }
  bool is_redelivered(uint64_t word) const { return again_.contains(word); }

 private:
  bool wrong(const char* what, uint64_t word) {
    fault_ = std::to_string(word >> 32) + ":" + std::to_string(word & 0xFFFFFFFFu) + " came " + what;
    return false;
  }

  std::map<uint32_t, std::set<uint32_t>> seen_;
  std::set<uint64_t> again_;
  std::string fault_;
};

// Reads on a thread of its own until the stream ends.
class Listener {
 public:
  explicit Listener(ShmChannel channel) : thread_([this, channel] { listen(channel); }) {}
  ~Listener() {
    if (thread_.joinable()) thread_.join();
  }

  // Messages so far. From any thread.
  uint64_t count() const { return count_; }
  // Waits for the end.
  const Record& finish() {
    thread_.join();
    EXPECT_GE(status_, 0) << ShmErrorTextUtf8(status_) << " after " << count_ << " messages";
    return record_;
  }

 private:
  void listen(ShmChannel channel) {
    std::vector<std::byte> message(kLargestNumbered);
    size_t size = 0;
    do {
      status_ = ShmRead(channel, message.data(), message.size(), &size, 20'000);
      if (status_ >= 0 && size != 0) ++count_;
    } while (status_ >= 0 && record_.take(status_, message.data(), size));
  }

  Record record_;
  std::atomic<uint64_t> count_{0};
  int32_t status_ = SHM_OK;
  std::thread thread_;
};

}  // namespace shmbroker::tests
