#include "tests/bench/peer_shm.h"

#include <array>
#include <stdexcept>

#include "shmbroker/shmbroker.h"
#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

constexpr uint32_t kBatchSize = 16;
constexpr uint32_t kSpinOnly = 1'000'000'000;

[[noreturn]] void fail() { throw std::runtime_error(std::string("ShmBroker: ") + ShmLastErrorTextUtf8()); }

void must_succeed(int32_t status) {
  if (status < 0) fail();
}

// One handle. Whoever opens it first creates the channel; it ends with the last handle.
class PeerChannel {
 public:
  PeerChannel(const LinkSpec& spec, uint32_t kind, uint32_t access, bool exclusive = false) {
    ShmOptions options{};
    options.size = sizeof options;
    options.access = access;
    options.kind = kind;
    options.flags = SHM_OPEN_CREATE | (exclusive ? SHM_OPEN_EXCLUSIVE : 0);
    options.spin = spec.spinning ? kSpinOnly : 0;
    options.capacity = kRingBytes;
    options.max_message = spec.size;
    options.when_full = kind == SHM_TOPIC ? SHM_WAIT : 0;
    must_succeed(ShmOpenUtf8(spec.name.c_str(), &options, &handle_));
  }
  ~PeerChannel() { ShmClose(handle_); }
  PeerChannel(const PeerChannel&) = delete;
  PeerChannel& operator=(const PeerChannel&) = delete;
  ShmChannel get() const { return handle_; }

 private:
  ShmChannel handle_ = 0;
};

class CopyWriter final : public Writer {
 public:
  CopyWriter(const LinkSpec& spec, uint32_t kind, bool exclusive = false)
      : size_(spec.size), buffer_(spec.size), channel_(spec, kind, SHM_WRITE, exclusive) {}
  std::byte* begin() override { return buffer_.data(); }
  void end() override { must_succeed(ShmWrite(channel_.get(), buffer_.data(), size_, SHM_INFINITE)); }

 private:
  const size_t size_;
  Buffer buffer_;
  PeerChannel channel_;
};

class BatchWriter final : public Writer {
 public:
  explicit BatchWriter(const LinkSpec& spec)
      : size_(spec.size), buffer_(spec.size * kBatchSize), channel_(spec, SHM_TOPIC, SHM_WRITE, true) {
    for (uint32_t i = 0; i < kBatchSize; ++i) {
      messages_[i].size = sizeof messages_[i];
      messages_[i].data = buffer_.data() + i * size_;
      messages_[i].length = size_;
    }
  }
  std::byte* begin() override { return static_cast<std::byte*>(messages_[count_].data); }
  void end() override {
    if (++count_ == kBatchSize) flush();
  }
  void flush() override {
    must_succeed(ShmWriteBatch(channel_.get(), messages_.data(), count_, nullptr, SHM_INFINITE));
    count_ = 0;
  }

 private:
  const size_t size_;
  Buffer buffer_;
  std::array<ShmMessage, kBatchSize> messages_{};
  uint32_t count_ = 0;
  PeerChannel channel_;
};

class LoanWriter final : public Writer {
 public:
  explicit LoanWriter(const LinkSpec& spec) : size_(spec.size), channel_(spec, SHM_TOPIC, SHM_WRITE, true) {}
  std::byte* begin() override {
    void* memory = nullptr;
    must_succeed(ShmLoan(channel_.get(), size_, &memory, SHM_INFINITE));
    return static_cast<std::byte*>(memory);
  }
  void end() override { must_succeed(ShmCommit(channel_.get(), size_)); }

 private:
  const size_t size_;
  PeerChannel channel_;
};

class CopyReader final : public Reader {
 public:
  CopyReader(const LinkSpec& spec, uint32_t kind)
      : size_(spec.size), buffer_(spec.size), channel_(spec, kind, SHM_READ) {}
  Received next() override {
    size_t got = 0;
    must_succeed(ShmRead(channel_.get(), buffer_.data(), size_, &got, SHM_INFINITE));
    return {buffer_.data(), got};
  }

 private:
  const size_t size_;
  Buffer buffer_;
  PeerChannel channel_;
};

class BatchReader final : public Reader {
 public:
  explicit BatchReader(const LinkSpec& spec)
      : bytes_(spec.size * kBatchSize), buffer_(bytes_), channel_(spec, SHM_TOPIC, SHM_READ) {
    messages_[0].size = sizeof messages_[0];
  }
  Received next() override {
    if (at_ == count_) {
      at_ = count_ = 0;
      must_succeed(ShmReadBatch(channel_.get(), messages_.data(), kBatchSize, buffer_.data(), bytes_, &count_,
                                SHM_INFINITE));
    }
    const ShmMessage& message = messages_[at_++];
    return {static_cast<const std::byte*>(message.data), message.length};
  }

 private:
  const size_t bytes_;
  Buffer buffer_;
  std::array<ShmMessage, kBatchSize> messages_{};
  uint32_t at_ = 0;
  uint32_t count_ = 0;
  PeerChannel channel_;
};

class PeekReader final : public Reader {
 public:
  explicit PeekReader(const LinkSpec& spec) : channel_(spec, SHM_TOPIC, SHM_READ) {}
  Received next() override {
    if (peeked_) must_succeed(ShmRelease(channel_.get()));
    const void* data = nullptr;
    size_t got = 0;
    must_succeed(ShmPeek(channel_.get(), &data, &got, SHM_INFINITE));
    peeked_ = true;
    return {static_cast<const std::byte*>(data), got};
  }

 private:
  bool peeked_ = false;
  PeerChannel channel_;
};

}  // namespace

// Like the other peers' writers, one that knows that it is alone says so.
std::unique_ptr<Writer> open_shm_writer(const LinkSpec& spec) {
  return std::make_unique<CopyWriter>(spec, SHM_TOPIC, spec.writers == 1);
}
std::unique_ptr<Writer> open_shared_writer(const LinkSpec& spec) {
  return std::make_unique<CopyWriter>(spec, SHM_TOPIC);
}
std::unique_ptr<Writer> open_shm16_writer(const LinkSpec& spec) {
  return std::make_unique<BatchWriter>(spec);
}
std::unique_ptr<Writer> open_loan_writer(const LinkSpec& spec) { return std::make_unique<LoanWriter>(spec); }
std::unique_ptr<Writer> open_queue_writer(const LinkSpec& spec) {
  return std::make_unique<CopyWriter>(spec, SHM_QUEUE, spec.writers == 1);
}
std::unique_ptr<Reader> open_shm_reader(const LinkSpec& spec) {
  return std::make_unique<CopyReader>(spec, SHM_TOPIC);
}
std::unique_ptr<Reader> open_shm16_reader(const LinkSpec& spec) {
  return std::make_unique<BatchReader>(spec);
}
std::unique_ptr<Reader> open_peek_reader(const LinkSpec& spec) { return std::make_unique<PeekReader>(spec); }
std::unique_ptr<Reader> open_queue_reader(const LinkSpec& spec) {
  return std::make_unique<CopyReader>(spec, SHM_QUEUE);
}

}  // namespace shmbroker::bench
