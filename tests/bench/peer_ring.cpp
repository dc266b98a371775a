#include "tests/bench/peer_ring.h"

#include <atomic>

#include "core/copy.h"
#include "tests/bench/memory.h"
#include "tests/bench/spin.h"

namespace shmbroker::bench {
namespace {

constexpr size_t kRingPayloadOffset = 4096;
constexpr uint64_t kAlign = 16;
constexpr uint64_t kSkip = UINT64_MAX;  // a record that only fills the end of the ring

struct Control {
  alignas(64) std::atomic<uint64_t> tail;  // bytes ever published
  alignas(64) std::atomic<uint64_t> head;  // bytes ever read
};

// A record: its size in 16 bytes, then the payload.
constexpr uint64_t footprint(uint64_t size) { return (size + kAlign + kAlign - 1) & ~(kAlign - 1); }

class Ring {
 public:
  explicit Ring(const LinkSpec& spec)
      : memory_(spec.name, kRingPayloadOffset + kRingBytes), control(memory_.at<Control>(0)) {}

  std::byte* at(uint64_t position) const {
    return memory_.data() + kRingPayloadOffset + static_cast<size_t>(position & (kRingBytes - 1));
  }
  uint64_t& size_at(uint64_t position) const { return *reinterpret_cast<uint64_t*>(at(position)); }

 private:
  SharedMemory memory_;

 public:
  Control& control;
};

class RingWriter final : public Writer {
 public:
  RingWriter(const LinkSpec& spec, uint32_t batch)
      : ring_(spec), size_(spec.size), batch_(batch), buffer_(size_) {}

  std::byte* begin() override { return buffer_.data(); }

  void end() override {
    const uint64_t need = footprint(size_);
    const uint64_t before_end = kRingBytes - (tail_ & (kRingBytes - 1));
    if (before_end < need) {
      make_room(before_end);
      ring_.size_at(tail_) = kSkip;
      tail_ += before_end;
    }
    make_room(need);
    ring_.size_at(tail_) = size_;
    core::copy_to_shared(ring_.at(tail_ + kAlign), buffer_.data(), size_);
    tail_ += need;
    if (++unpublished_ >= batch_) flush();
  }

  void flush() override {
    // release: pairs with the acquire in the reader's next().
    ring_.control.tail.store(tail_, std::memory_order_release);
    unpublished_ = 0;
  }

 private:
  void make_room(uint64_t need) {
    if (tail_ + need - head_ <= kRingBytes) return;
    flush();
    spin_until([&] {
      // acquire: pairs with the reader's release; it has done with what lies before.
      head_ = ring_.control.head.load(std::memory_order_acquire);
      return tail_ + need - head_ <= kRingBytes;
    });
  }

  Ring ring_;
  const size_t size_;
  const uint32_t batch_;
  Buffer buffer_;
  uint64_t tail_ = 0;
  uint64_t head_ = 0;  // as last looked at: most messages need no look at the reader's line
  uint32_t unpublished_ = 0;
};

class RingReader final : public Reader {
 public:
  explicit RingReader(const LinkSpec& spec) : ring_(spec), capacity_(spec.size), buffer_(capacity_) {}

  Received next() override {
    for (;;) {
      if (head_ == tail_) await();
      const uint64_t size = ring_.size_at(head_);
      if (size != kSkip) return take(static_cast<size_t>(size));
      head_ += kRingBytes - (head_ & (kRingBytes - 1));
    }
  }

 private:
  static constexpr uint64_t kLazy = kRingBytes / 16;

  void await() {
    publish();
    spin_until([&] {
      // acquire: pairs with the release in the writer's flush().
      tail_ = ring_.control.tail.load(std::memory_order_acquire);
      return tail_ != head_;
    });
  }

  Received take(size_t size) {
    if (size > capacity_) throw std::runtime_error("the ring holds a size that nobody wrote");
    core::copy_from_shared(buffer_.data(), ring_.at(head_ + kAlign), size);
    head_ += footprint(size);
    // The writer looks only when its ring seems full: telling it each time would cost a line's journey a
    // message.
    if (head_ - published_ >= kLazy) publish();
    return {buffer_.data(), size};
  }

  void publish() {
    if (published_ == head_) return;
    // release: what we read stays before the moment at which the writer may overwrite it.
    ring_.control.head.store(head_, std::memory_order_release);
    published_ = head_;
  }

  Ring ring_;
  const size_t capacity_;
  Buffer buffer_;
  uint64_t head_ = 0;
  uint64_t tail_ = 0;
  uint64_t published_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_ring_writer(const LinkSpec& spec) {
  return std::make_unique<RingWriter>(spec, 1);
}
std::unique_ptr<Writer> open_ring16_writer(const LinkSpec& spec) {
  return std::make_unique<RingWriter>(spec, 16);
}
std::unique_ptr<Reader> open_ring_reader(const LinkSpec& spec) { return std::make_unique<RingReader>(spec); }

}  // namespace shmbroker::bench
