// Reading from a ring, message by message, each copied or looked at where it lies. One object for each open
// handle.
//
// In a topic each reader goes its own way over the frames, and every message is its own. In a queue it goes
// the same way, and takes those messages that it can claim.
#pragma once

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/prefetch.h"
#include "core/ring.h"

namespace shmbroker::core {

class RingReader {
 public:
  enum class Start { oldest, next };
  enum class Result {
    ok,
    empty,
    too_small,  // the buffer given; the message stays, and its size is told
    overtaken,  // writers are faster than this reader can copy: try again
    corrupt,
  };

  struct Message {
    const std::byte* data = nullptr;  // of a peek: valid until release()
    uint64_t size = 0;
    uint64_t sequence = 0;   // of the channel's messages: the first ever committed is 1
    uint64_t timestamp = 0;  // 0: the writer gave none
    uint64_t lost = 0;       // messages overwritten between this one and the one that this reader had before
    uint32_t writer = 0;     // the slot of its writer
    bool redelivered = false;  // a queue: a reader that had it before died, or gave it back
  };

  RingReader(const Ring& ring, uint32_t slot);

  // Begins to read. From here on a waiting topic's writers wait for this reader. Returns ok or corrupt.
  Result join(Start start);

  // Ends: gives back what was peeked, and no writer waits for this reader any more.
  void leave();

  // Copies the next message out and goes on to the one behind it. Not while something is peeked.
  Result read(std::byte* to, uint64_t space, Message& message);

  // Goes on after read(), with plain messages that are complete: each is copied and done with.
  // space_for(size): where a message of that size goes, or null to stop before it. took(message): it is
  // there. What else may come, such as lost messages or damage, is left to read().
  template <class SpaceFor, class Took>
  void read_on(SpaceFor&& space_for, Took&& took);

  // Goes to the next message and leaves it there. Returns false if there is none, and then says so to writers
  // as read() does. Not while something is peeked.
  bool seek();

  // Gives the next message where it lies. Not while something is peeked.
  Result peek(Message& message);

  // Goes on to the next message. Returns whether what was peeked was left alone until now.
  bool release();

  bool has_peeked() const { return peeked_; }

  // Whether read() may find something. A hint that any thread may ask for: it may be true of a message that
  // another reader of a queue gets, or that was aborted; it is never false of one that read() would give.
  bool may_be_readable() const;
  // Whether there is another message to take, behind the one that is peeked. Of a queue. For the thread that
  // reads.
  bool has_more() const;

  // For a caller that has found something: asks for the message's first lines, while the rest of the way to
  // read() goes on.
  void prefetch() const { prefetch_to_read(ring_.payload(position()) + kCacheLine - sizeof(FrameHeader)); }

  // What join(), read(), seek(), peek(), release() and leave() ask of their caller: true if a writer that
  // waits for space is to be woken. Asking clears it.
  bool must_wake_writers() {
    const bool must = wake_writers_;
    wake_writers_ = false;
    return must;
  }

 private:
  Result look(uint64_t here, Frame& frame) const;
  Result next(Frame& frame);
  void step_over(const Frame& frame);
  bool go_to_head();
  bool catch_up();
  bool skip_half();
  Message describe(const Frame& frame) const;
  bool claim(Message& message);
  void give_back();
  void finish(const Frame& frame);
  void publish_cursor();
  void maybe_publish_cursor();
  bool withholds_space() const;
  uint64_t position() const { return position_.load(std::memory_order_relaxed); }

  Ring ring_;
  ReaderSlot& slot_;
  uint32_t slot_index_;
  uint64_t largest_unpublished_;       // bytes of read messages that are in no writer's way
  std::atomic<uint64_t> position_{0};  // moved by the thread that reads, looked at by may_be_readable()
  std::atomic<uint64_t> returns_{
      0};                   // a queue: the last ReadersSection::returns that this reader has seen to
  uint64_t passed_ = 0;     // messages committed before the position
  uint64_t start_ = 0;      // what lies before it is none of this reader's
  uint64_t lost_ = 0;       // since the last message
  uint64_t published_ = 0;  // the cursor that writers see
  Frame peeked_frame_;
  bool peeked_ = false;
  bool wake_writers_ = false;
};

template <class SpaceFor, class Took>
void RingReader::read_on(SpaceFor&& space_for, Took&& took) {
  const Ring ring = ring_;  // of our own: the compiler need not expect that a store through took() changes it
  uint64_t here = position();
  const uint64_t a_lap = here + ring.capacity();
  // A queue's messages must be claimed one by one, and where the reader began later there is more to look at.
  while (!ring.is_queue() && here >= start_ && here < a_lap) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(here).word.load(std::memory_order_acquire));
    if (frame.state == FrameState::empty || !ring.is_sound(frame, here)) break;
    const bool is_message = frame.state == FrameState::ready;
    Message message;
    if (is_message) {
      std::byte* const to = space_for(frame.size);
      if (to == nullptr) break;
      message.size = frame.size;
      message.sequence = passed_ + 1;
      if (frame.has_timestamp)
        message.timestamp = ring.header(here).timestamp.load(std::memory_order_relaxed);
      message.writer = frame.slot;
      copy_from_shared(to, ring.payload(here), static_cast<size_t>(frame.size));
      SHM_CRASH_POINT("reader.copied");
    }
    // Until here it was anybody's guess what the word and the bytes were.
    if (!ring.is_still_intact(here)) break;
    here += ring.footprint(frame.size);
    if (!is_message) continue;
    ++passed_;
    took(message);
  }
  position_.store(here, std::memory_order_relaxed);
  maybe_publish_cursor();
}

}  // namespace shmbroker::core
