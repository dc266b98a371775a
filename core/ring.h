// The ring of a topic or a queue, as everybody sees it: frames of any size one behind the other, from the
// head (the oldest kept) to the tail (where the next one goes).
//
// A reader that follows the frames needs no tail: behind the last one lies a header word of 0. A writer
// clears the word behind the frame that it reserves before it lets readers reach it, so bytes of the last lap
// are never taken for a header. A writer moves the head past a frame before it overwrites it; so a reader
// that reads a frame and then finds the head not beyond it, has read what the writer wrote.
#pragma once

#include "core/claims.h"
#include "core/frame.h"
#include "core/geometry.h"
#include "core/inline.h"

namespace shmbroker::core {

class Ring {
 public:
  // data, readers: sections that a ring of this geometry fits into.
  Ring(DataSection& data, ReadersSection& readers, const Geometry& geometry);

  // The oldest frame kept.
  struct Head {
    uint64_t position = 0;
    uint64_t messages = 0;  // committed before it
  };

  // Both parts of the head as they were at one moment. Returns false if that can't be had: it is damaged.
  bool read_head(Head& head) const { return read(control().head, head); }

  // Where a reader that joins begins. In a waiting topic that is where the writers, who look for readers
  // before they move the head, have announced that they want it. The others wait for nobody.
  bool read_join_position(Head& head) const {
    return read(waits() ? control().announced : control().head, head);
  }
  uint64_t join_position() const { return position_of(waits() ? control().announced : control().head); }

  // Position of the oldest frame kept. To see whether what was read is intact, call is_still_intact().
  uint64_t head_position() const { return position_of(control().head); }

  // Whether all that was read from this position on, before this call, was read before anyone overwrote it.
  SHM_ALWAYS_INLINE bool is_still_intact(uint64_t position) const {
    // Partner: the release fence in RingWriter::reserve(). A reader that read one byte of what came after it
    // sees the head beyond the position.
    std::atomic_thread_fence(std::memory_order_acquire);
    // acquire: as in head_position(). What is below a position's own bits decides nothing.
    return control().head.word.load(std::memory_order_acquire) <= (position | (kTopicAlign - 1));
  }

  uint64_t tail() const {
    // acquire: pairs with the release in RingWriter::reserve().
    return control().tail.position.load(std::memory_order_acquire);
  }

  // The same, but behind the padding that a writer may have left there which died before it moved the tail.
  uint64_t end() const {
    const uint64_t at = tail();
    if (!is_frame_aligned(at)) return at;
    // acquire: pairs with the release of the padding in RingWriter::reserve().
    const Frame left = unpack(header(at).word.load(std::memory_order_acquire));
    return left.state == FrameState::padding ? at + before_end(at) : at;
  }

  // Whether a position can be one: a frame may start there. Any that is can be given to header() and
  // payload().
  bool is_frame_aligned(uint64_t position) const { return (position & (align() - 1)) == 0; }

  FrameHeader& header(uint64_t position) const { return *reinterpret_cast<FrameHeader*>(memory(position)); }
  std::byte* payload(uint64_t position) const { return memory(position) + sizeof(FrameHeader); }

  // Bytes of the ring that a message of this size takes.
  uint64_t footprint(uint64_t size) const { return footprint(size, align()); }
  // The same of a topic.
  static uint64_t footprint_in_topic(uint64_t size) { return footprint(size, kTopicAlign); }

  // Bytes before the ring's end. No frame goes beyond it, so that each lies in one piece.
  uint64_t before_end(uint64_t position) const { return capacity_ - (position & (capacity_ - 1)); }

  // Whether a frame that was found at this position can have been written there.
  SHM_ALWAYS_INLINE bool is_sound(const Frame& frame, uint64_t position) const {
    return frame.state <= FrameState::padding && footprint(frame.size) <= before_end(position) &&
           (frame.state != FrameState::ready || frame.size <= max_message_);
  }

  // The writer that says that it fills the frame at a position, or kNobody.
  static constexpr uint32_t kNobody = UINT32_MAX;
  uint32_t reserving_writer(uint64_t position) const;

  // Messages committed so far; those that are being written count as if they were.
  uint64_t messages() const;

  uint64_t capacity() const { return capacity_; }
  uint64_t max_message() const { return max_message_; }
  bool is_queue() const { return is_queue_; }
  bool overwrites() const { return overwrites_; }
  bool waits() const { return !is_queue_ && !overwrites_; }  // a topic that waits for its slowest reader
  RingControl& control() const { return *reinterpret_cast<RingControl*>(bytes_of(data_) + kControlOffset); }
  DataSection& data() const { return *data_; }
  ReadersSection& readers() const { return *readers_; }
  Claims claims() const {  // a queue's
    return {reinterpret_cast<std::atomic<uint32_t>*>(bytes_of(readers_) + sizeof(ReadersSection)), capacity_};
  }

 private:
  static std::byte* bytes_of(void* section) { return static_cast<std::byte*>(section); }
  std::byte* memory(uint64_t position) const {
    return bytes_of(data_) + kPayloadOffset + static_cast<size_t>(position & (capacity_ - 1));
  }
  // Of a frame.
  uint64_t align() const { return is_queue_ ? kQueueAlign : kTopicAlign; }
  static uint64_t footprint(uint64_t size, uint64_t align) {
    return (size + sizeof(FrameHeader) + align - 1) & ~(align - 1);
  }
  bool read(const RingHead& shared, Head& head) const;
  static uint64_t position_of(const RingHead& shared) {
    // acquire: pairs with the release in RingWriter::store(), for callers that go on to read from there.
    return shared.word.load(std::memory_order_acquire) & ~uint64_t{kTopicAlign - 1};
  }

  // Few members, and what follows from them is not kept: a call that has all of them in registers is quick.
  DataSection* data_;
  ReadersSection* readers_;
  uint64_t capacity_;
  uint64_t max_message_;
  bool is_queue_;
  bool overwrites_;
};

}  // namespace shmbroker::core
