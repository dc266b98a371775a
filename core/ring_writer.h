// Writing into a ring: reserve space, fill it, commit. One object for each open handle, which has at most one
// reservation at a time; so each reader gets each writer's messages in the order of their commits.
//
// The lock is held for reserve() alone. What is reserved lies in one piece and may take several messages;
// they become readable all at once, by one store.
#pragma once

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/inline.h"
#include "core/own_commit_index.h"
#include "core/prefetch.h"
#include "core/queue_waking.h"
#include "core/ring.h"

namespace shmbroker::core {

class RingWriter {
 public:
  enum class Result {
    ok,
    full,       // there is no space now: try again when somebody has made some
    too_large,  // there never will be
    corrupt,
  };

  RingWriter(const Ring& ring, uint32_t slot);
  RingWriter(const RingWriter&) = delete;  // two would think that they have the same reservation
  RingWriter& operator=(const RingWriter&) = delete;

  // Bytes that a message takes, for reserve().
  uint64_t footprint(uint64_t size) const { return ring_.footprint(size); }

  // The most that can be reserved at once: space for one largest message, or for many small ones.
  uint64_t largest_reservation() const { return largest_; }

  // For the holder of the channel's lock, or an exclusive writer: reserves bytes for some messages. bytes:
  // the sum of their footprints. Only without a reservation.
  SHM_ALWAYS_INLINE Result reserve(uint64_t bytes, uint32_t messages) {
    // relaxed: the lock orders writers among themselves.
    const uint64_t tail = ring_.control().tail.position.load(std::memory_order_relaxed);
    if (!fits_at(tail, bytes)) [[unlikely]]
      return reserve_elsewhere(bytes, messages);
    take(tail, tail, bytes, messages);
    return Result::ok;
  }

  // For a writer that is about to reserve so many bytes: asks for the lines of the frame's header, which
  // readers look at all the time, and of the empty word behind it, which a processor brings them together
  // with the first. That takes as long as the rest of the way to commit().
  SHM_ALWAYS_INLINE void prefetch(uint64_t bytes) const {
    prefetch_to_write(&ring_.header(last_end_));
    prefetch_to_write(&ring_.header(last_end_ + bytes));
  }

  bool has_reservation() const { return begin_ != 0; }

  // Where the payload of the next message belongs: space() bytes.
  std::byte* memory() const { return ring_.payload(next_); }
  uint64_t space() const { return next_ < end_ ? end_ - next_ - sizeof(FrameHeader) : 0; }

  // Adds a message, whose payload is at memory(), to those that commit() makes readable. size: at most
  // space() and the channel's largest message. timestamp: 0 for none.
  SHM_ALWAYS_INLINE void add(uint64_t size, uint64_t timestamp = 0) {
    write_header(ring_, next_, begin_, size, timestamp);
    note_added(1, next_, next_ + ring_.footprint(size));
  }

  struct Piece {
    const std::byte* data;
    uint64_t size;
    uint64_t timestamp;
  };
  // Copies a message into the reservation and adds it.
  SHM_ALWAYS_INLINE void fill(const Piece& from) {
    copy_to_shared(memory(), from.data, static_cast<size_t>(from.size));
    add(from.size, from.timestamp);
  }
  // The same for some. piece(i): the i-th.
  template <class GetPiece>
  void fill(uint32_t count, GetPiece&& piece) {
    // Of our own: the compiler need not expect that a store to the ring changes it.
    const Ring ring = ring_;
    const uint64_t begin = begin_;
    uint64_t last = next_;
    uint64_t at = next_;
    for (uint32_t i = 0; i < count; ++i) {
      const Piece from = piece(i);
      copy_to_shared(ring.payload(at), from.data, static_cast<size_t>(from.size));
      write_header(ring, at, begin, from.size, from.timestamp);
      last = at;
      at += ring.footprint(from.size);
    }
    note_added(count, last, at);
  }

  // Makes what was added readable, and gives up the rest of the reservation. At least one message must have
  // been added. Returns what wake_after_commit() needs, which the caller calls then.
  SHM_ALWAYS_INLINE Committed commit() {
    if (next_ < end_) pad_rest();
    own_commits_.note(tail_, end_, added_);
    const uint64_t end = end_;
    publish_header(first_word_);
    if (!ring_.is_queue()) return {};
    return {last_added_, added_, is_followed(end)};
  }

  // Gives up the reservation with all that is in it. Then the caller calls wake_after_abort().
  void abort();

  WriterSlot& slot() const { return slot_; }

 private:
  // So much more space is made than is needed, where there is any to be made.
  static constexpr uint64_t kMargin = 16 * 1024;

  // Whether the bytes fit behind the tail as it is.
  SHM_ALWAYS_INLINE bool fits_at(uint64_t tail, uint64_t bytes) const {
    if (bytes > largest_ || bytes > ring_.before_end(tail) || !ring_.is_frame_aligned(tail)) return false;
    // One header more, for the empty word behind. A head beyond the tail is too far from it too.
    const uint64_t used = tail - ring_.head_position();
    return used <= ring_.capacity() - bytes - sizeof(FrameHeader) &&
           ring_.header(tail).word.load(std::memory_order_relaxed) == 0;
  }

  // Takes the bytes from `begin` on. Each store leaves the ring whole, should it be our last:
  // - before the tail moves nothing has happened, except that a padding frame may stand at it, which readers
  //   may have followed already; so the next writer goes past it before anything else;
  // - once the tail has moved, the empty word at the frame's start is ours, as our slot says, and
  //   recover_writer() turns it into an aborted frame.
  // The word that a reader looks at all the time, at the frame's start, is left alone until commit(): each
  // store to it costs a journey of its line.
  SHM_ALWAYS_INLINE void take(uint64_t tail, uint64_t begin, uint64_t bytes, uint32_t messages) {
    // Partner: the acquire fence in Ring::is_still_intact(). A reader that copied any byte that we store from
    // here on sees the head beyond what it read, whichever writer moved it: the lock has that one before us.
    std::atomic_thread_fence(std::memory_order_release);
    SHM_CRASH_POINT("writer.space-made");
    // relaxed: the tail's release comes after it.
    WriterSlot& slot = slot_;
    slot.loan_messages.store(messages, std::memory_order_relaxed);
    slot.loan_bytes.store(bytes, std::memory_order_relaxed);
    slot.loan_position.store(begin, std::memory_order_relaxed);
    SHM_CRASH_POINT("writer.slot-noted");
    const uint64_t end = begin + bytes;
    ring_.header(end).word.store(0, std::memory_order_relaxed);
    SHM_CRASH_POINT("writer.end-cleared");
    if (begin != tail) pad(tail, begin);
    RingTail& shared = ring_.control().tail;
    shared.reserved.store(shared.reserved.load(std::memory_order_relaxed) + messages,
                          std::memory_order_relaxed);
    // release: pairs with the acquire in Ring::tail(); a thread that sees the tail here finds our loan in our
    // slot.
    shared.position.store(end, std::memory_order_release);
    SHM_CRASH_POINT("writer.tail-moved");
    added_ = 0;
    tail_ = tail;
    begin_ = next_ = begin;
    end_ = last_end_ = end;
    prefetch_next(bytes);
  }

  // Asks for as much of the ring as was just reserved, some way ahead: lines that were used a lap ago are far
  // away, and each store to one would be waited for at the next fence. Of large frames the processor does
  // that by itself, but for the header of the next one, which readers have looked at since.
  SHM_ALWAYS_INLINE void prefetch_next(uint64_t bytes) const {
    constexpr uint64_t kMostAhead = 4 * 1024;
    constexpr uint64_t kAhead = kMargin + kMostAhead;  // where the head will have to move on soon
    if (bytes > kMostAhead) return prefetch_to_write(&ring_.header(end_ + bytes));
    // Beyond the ring's end it is of no use, and does no harm.
    prefetch_for_later(ring_.payload(end_ + kAhead), static_cast<size_t>(bytes));
  }

  SHM_ALWAYS_INLINE void publish_header(uint64_t word) {
    // release: pairs with the acquires in RingReader::look(), read_plain() and read_on(); the payload comes
    // before the word that vouches for it.
    ring_.header(begin_).word.store(word, std::memory_order_release);
    SHM_CRASH_POINT("writer.committed");
    // release: pairs with the acquire in Ring::reserving_writer(): a thread that finds none finds a frame
    // that is complete.
    slot_.loan_position.store(0, std::memory_order_release);
    begin_ = end_ = next_ = 0;
    SHM_CRASH_POINT("writer.closed");
  }

  // Writes the header of a message; that of the reservation's first one is held back until commit().
  SHM_ALWAYS_INLINE void write_header(const Ring& ring, uint64_t at, uint64_t begin, uint64_t size,
                                      uint64_t timestamp) {
    FrameHeader& header = ring.header(at);
    const uint64_t word = pack({FrameState::ready, timestamp != 0, slot_index_, size});
    // relaxed: nobody looks behind the first frame until commit(), which releases all of it.
    if (timestamp != 0) header.timestamp.store(timestamp, std::memory_order_relaxed);
    if (ring.is_queue()) ring.claims().offer(at);
    if (at == begin) {
      first_word_ = word;
    } else {
      header.word.store(word, std::memory_order_relaxed);
    }
    SHM_CRASH_POINT("writer.added");
  }

  void note_added(uint32_t messages, uint64_t last, uint64_t next) {
    added_ += messages;
    last_added_ = last;
    next_ = next;
  }

  Result reserve_elsewhere(uint64_t bytes, uint32_t messages);
  void pad(uint64_t tail, uint64_t begin);
  void pad_rest();
  bool is_followed(uint64_t end) const;
  uint64_t margin(uint64_t bytes) const;
  Result make_space(uint64_t needed, uint64_t bytes, uint64_t tail);
  Result advance_head(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail);
  Result scan(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail) const;
  bool is_reserved(uint64_t position) const;
  bool is_reclaimable(const Frame& frame, uint64_t position) const;
  bool announce(const Ring::Head& wanted, const Ring::Head& old, uint64_t tail);
  static void store(RingHead& shared, const Ring::Head& head);

  Ring ring_;
  WriterSlot& slot_;
  uint32_t slot_index_;
  uint64_t largest_;
  uint64_t tail_ = 0;   // before the last reservation
  uint64_t begin_ = 0;  // what is reserved; 0: nothing
  uint64_t end_ = 0;
  uint32_t added_ = 0;       // messages in it
  uint64_t last_added_ = 0;  // where the last of them begins
  uint64_t last_end_ = 0;    // where this writer's last reservation ended: most likely the tail
  uint64_t next_ = 0;        // where the next message goes
  uint64_t first_word_ = 0;  // the header of the first message, held back until commit()
  OwnCommitIndex own_commits_;
};

}  // namespace shmbroker::core
