// Reading from a ring, message by message, each copied or looked at where it lies. One object for each open
// handle.
//
// In a topic each reader goes its own way over the frames, and every message is its own. In a queue it goes
// the same way, and takes those messages that it can claim.
#pragma once

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/inline.h"
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
  Result read(std::byte* to, uint64_t space, Message& message) {
    const bool is_done = ring_.is_queue() ? claim_plain(to, space, message) : read_plain(to, space, message);
    return is_done ? Result::ok : read_carefully(to, space, message);
  }
  // The same for a caller that has just tried read_plain() or claim_plain().
  Result read_carefully(std::byte* to, uint64_t space, Message& message);

  // The same where there is nothing else to it: the next frame of a topic is a message that is complete and
  // fits, and nothing was lost before it. Returns false, and leaves everything to read(), where it is not so.
  SHM_ALWAYS_INLINE bool read_plain(std::byte* to, size_t space, size_t& size) {
    return read_plain(to, space, [&](const Ring&, uint64_t, const Frame& frame) {
      size = static_cast<size_t>(frame.size);
    });
  }
  bool read_plain(std::byte* to, uint64_t space, Message& message) {
    return read_plain(to, space, [&](const Ring& ring, uint64_t here, const Frame& frame) {
      note_header(ring, here, frame, passed_ + 1, message);
    });
  }
  // The same of a queue, whose message no other reader has got.
  SHM_ALWAYS_INLINE bool claim_plain(std::byte* to, uint64_t space, Message& message) {
    const uint64_t here = position();
    Frame frame;
    if (has_returns() || !find_plain(ring_, here, space, frame) || !ring_.is_sound(frame, here) ||
        !claim(message)) {
      return false;
    }
    SHM_CRASH_POINT("reader.claimed");
    note_header(ring_, here, frame, 0, message);
    copy_out(ring_, here, frame, to);
    if (!ring_.is_still_intact(here)) return false;
    message.sequence = passed_ + 1;  // not before it is this reader's, as in describe()
    finish(frame);
    return true;
  }

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

  ReaderSlot& slot() const { return slot_; }
  uint32_t slot_index() const { return slot_index_; }

  // Whether read() may find something. A hint that any thread may ask for: it may be true of a message that
  // another reader of a queue gets, or that was aborted; it is never false of one that read() would give.
  bool may_be_readable() const;
  // Whether there is another message to take, besides the one that is peeked. Of a queue. For the thread that
  // reads. It may be true where writers overwrite what it looks at.
  bool has_more() const;

  // For a caller that looks again and again whether something is readable: where a message as large as the
  // last one reaches into a second line, asks for that too. So both make the journey at once.
  void prefetch() const {
    const uint64_t here = position();
    if (here % kCacheLine + last_footprint_ > kCacheLine)
      prefetch_to_read(reinterpret_cast<const std::byte*>(&ring_.header(here)) + kCacheLine);
  }

  // What join(), read(), seek(), peek(), release() and leave() ask of their caller: true if a writer that
  // waits for space is to be woken. Asking clears it.
  bool must_wake_writers() {
    if (!wake_writers_) [[likely]]
      return false;
    wake_writers_ = false;
    return true;
  }

 private:
  Result look(uint64_t here, Frame& frame) const;
  Result walk(Frame& frame);
  Result next(Frame& frame);
  void step_over(const Frame& frame);
  bool go_to_head();
  bool catch_up();
  bool skip_half();
  void describe(const Frame& frame, Message& message) const;
  bool claim(Message& message);
  void give_back();
  void finish(const Frame& frame);
  void publish_cursor();
  void note_published(uint64_t position);
  uint64_t position() const { return position_.load(std::memory_order_relaxed); }

  // note(ring, position, frame): takes what the caller wants of the header, and is called before the look
  // whether that is intact.
  template <class Note>
  SHM_ALWAYS_INLINE bool read_plain(std::byte* to, uint64_t space, Note&& note) {
    const Ring& ring = ring_;
    const uint64_t here = position();
    Frame frame;
    if (!find_plain(ring, here, space, frame)) return false;
    const uint64_t behind = here + Ring::footprint_in_topic(frame.size);
    if (behind > plain_end_) return false;
    SHM_CRASH_POINT("reader.claimed");
    note(ring, here, frame);
    copy_out(ring, here, frame, to);
    // Until here it was anybody's guess what the word and the bytes were.
    if (!ring.is_still_intact(here)) {
      was_overtaken_ = true;
      return false;
    }
    ++passed_;
    last_footprint_ = behind - here;
    position_.store(behind, std::memory_order_relaxed);
    maybe_publish_cursor(ring, behind);
    return true;
  }

  // Whether the next frame is a message that is complete and fits. The caller sees to it that all of it lies
  // before the ring's end.
  static SHM_ALWAYS_INLINE bool find_plain(const Ring& ring, uint64_t here, uint64_t space, Frame& frame) {
    // acquire: pairs with the release in RingWriter::publish_header().
    frame = unpack(ring.header(here).word.load(std::memory_order_acquire));
    // What is overwritten by now was so before the copy, and read() goes on with the oldest message kept.
    return frame.state == FrameState::ready && frame.size <= space && frame.size <= ring.max_message() &&
           ring.is_still_intact(here);
  }

  // After each step by another way than read_plain().
  void find_plain_end() {
    const bool is_plain = !ring_.is_queue() && !peeked_ && lost_ == 0 && position() >= start_;
    plain_end_ = is_plain ? position() + ring_.before_end(position()) : 0;
  }
  // Of a queue: whether claimed messages were given back, to which this reader has not seen yet.
  bool has_returns() const {
    // acquire: pairs with the releases in give_back() and recover_readers(): what they gave back is seen on
    // the walk that follows.
    return ring_.readers().returns.load(std::memory_order_acquire) !=
           returns_.load(std::memory_order_relaxed);
  }

  // What a frame that may be overwritten meanwhile says of its message: the caller asks is_still_intact().
  // message: a new one, which is filled in where it lies. A copy of it, made of larger pieces than it was
  // filled in by, would wait until all of these are in the cache.
  static SHM_ALWAYS_INLINE void note_header(const Ring& ring, uint64_t here, const Frame& frame,
                                            uint64_t sequence, Message& message) {
    message.size = frame.size;
    message.sequence = sequence;
    if (frame.has_timestamp) message.timestamp = ring.header(here).timestamp.load(std::memory_order_relaxed);
    message.writer = frame.slot;
  }
  // The same of its bytes.
  static SHM_ALWAYS_INLINE void copy_out(const Ring& ring, uint64_t here, const Frame& frame, std::byte* to) {
    copy_from_shared(to, ring.payload(here), static_cast<size_t>(frame.size));
    SHM_CRASH_POINT("reader.copied");
  }

  // Writers need the cursor only where the ring is full; each time that we store it costs them a look at our
  // line. But a reader that has read all may never ask for more, and must not withhold the space of a largest
  // message then.
  SHM_ALWAYS_INLINE void maybe_publish_cursor(const Ring& ring, uint64_t here) {
    // relaxed: a mark that we miss here is seen when we find nothing more.
    if (ring.readers().waiting_writers.load(std::memory_order_relaxed) != 0 ||
        (here > quiet_end_ && (here > unpublished_end_ || !is_ready(ring, here)))) [[unlikely]]
      publish_cursor();
  }
  static SHM_ALWAYS_INLINE bool is_ready(const Ring& ring, uint64_t here) {
    // relaxed: what comes later is there to be read.
    return unpack(ring.header(here).word.load(std::memory_order_relaxed)).state == FrameState::ready;
  }

  Ring ring_;
  ReaderSlot& slot_;
  uint32_t slot_index_;
  uint64_t largest_unpublished_;       // bytes of read messages that are in no writer's way
  uint64_t most_unpublished_;          // so many are read before the cursor is published
  std::atomic<uint64_t> position_{0};  // moved by the thread that reads, looked at by may_be_readable()
  std::atomic<uint64_t> returns_{
      0};                         // a queue: the last ReadersSection::returns that this reader has seen to
  uint64_t passed_ = 0;           // messages committed before the position
  uint64_t start_ = 0;            // what lies before it is none of this reader's
  uint64_t lost_ = 0;             // since the last message
  uint64_t last_footprint_ = 0;   // of the last message
  uint64_t plain_end_ = 0;        // read_plain() reads up to here; 0: other things come into it first
  uint64_t published_ = 0;        // the cursor that writers see
  uint64_t quiet_end_ = 0;        // up to here the cursor is in no writer's way
  uint64_t unpublished_end_ = 0;  // beyond that it is published in any case
  Frame peeked_frame_;
  bool peeked_ = false;
  bool wake_writers_ = false;
  bool was_overtaken_ = false;  // while read_plain() copied: the next read() leaves half of what is kept
};

template <class SpaceFor, class Took>
void RingReader::read_on(SpaceFor&& space_for, Took&& took) {
  const Ring ring = ring_;  // of our own: the compiler need not expect that a store through took() changes it
  if (plain_end_ == 0) return;  // of a queue too: its messages must be claimed one by one
  uint64_t here = position();
  uint64_t passed = passed_;
  uint64_t lap_end = here + ring.before_end(here);
  for (const uint64_t a_lap = here + ring.capacity();;) {
    // acquire: pairs with the release in RingWriter::publish_header().
    const Frame frame = unpack(ring.header(here).word.load(std::memory_order_acquire));
    const uint64_t behind = here + Ring::footprint_in_topic(frame.size);
    if (behind > lap_end) {
      if (here != lap_end || behind > lap_end + ring.capacity()) break;
      lap_end += ring.capacity();
    }
    if (frame.state != FrameState::ready) {
      const bool is_over = frame.state == FrameState::empty || frame.state > FrameState::padding;
      if (is_over || here >= a_lap || !ring.is_still_intact(here)) break;
      here = behind;
      continue;
    }
    std::byte* const to = frame.size <= ring.max_message() ? space_for(frame.size) : nullptr;
    if (to == nullptr) break;
    Message message;
    note_header(ring, here, frame, passed + 1, message);
    copy_out(ring, here, frame, to);
    // Until here it was anybody's guess what the word and the bytes were.
    if (!ring.is_still_intact(here)) break;
    here = behind;
    ++passed;
    took(message);
  }
  passed_ = passed;
  position_.store(here, std::memory_order_relaxed);
  find_plain_end();
  maybe_publish_cursor(ring, here);
}

}  // namespace shmbroker::core
