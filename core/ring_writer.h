// Writing into a ring: reserve space, fill it, commit. One object for each open handle, which has at most one
// reservation at a time; so each reader gets each writer's messages in the order of their commits.
//
// The lock is held for reserve() alone. What is reserved lies in one piece and may take several messages;
// they become readable all at once, by one store.
#pragma once

#include "core/copy.h"
#include "core/crash_point.h"
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
  Result reserve(uint64_t bytes, uint32_t messages);

  // For a writer that is about to reserve: asks for the line in which the frame will begin. Readers that look
  // at it all the time have it, and bringing it here takes as long as the rest of the way to commit().
  void prefetch() const { prefetch_to_write(&ring_.header(last_end_)); }

  bool has_reservation() const { return begin_ != 0; }

  // Where the payload of the next message belongs: space() bytes.
  std::byte* memory() const { return ring_.payload(next_); }
  uint64_t space() const { return next_ < end_ ? end_ - next_ - sizeof(FrameHeader) : 0; }

  // Adds a message, whose payload is at memory(), to those that commit() makes readable. size: at most
  // space() and the channel's largest message. timestamp: 0 for none.
  void add(uint64_t size, uint64_t timestamp = 0) { next_ = write_header(ring_, next_, size, timestamp); }

  struct Piece {
    const std::byte* data;
    uint64_t size;
    uint64_t timestamp;
  };
  // Copies a message into the reservation and adds it.
  void fill(const Piece& from) {
    copy_to_shared(memory(), from.data, static_cast<size_t>(from.size));
    add(from.size, from.timestamp);
  }
  // The same for some. piece(i): the i-th.
  template <class GetPiece>
  void fill(uint32_t count, GetPiece&& piece) {
    const Ring ring = ring_;  // of our own: the compiler need not expect that a store to the ring changes it
    uint64_t at = next_;
    for (uint32_t i = 0; i < count; ++i) {
      const Piece from = piece(i);
      copy_to_shared(ring.payload(at), from.data, static_cast<size_t>(from.size));
      at = write_header(ring, at, from.size, from.timestamp);
    }
    next_ = at;
  }

  // Makes what was added readable, and gives up the rest of the reservation. At least one message must have
  // been added. Returns what wake_after_commit() needs, which the caller calls then.
  Committed commit();

  // Gives up the reservation with all that is in it. Then the caller calls wake_after_abort().
  void abort();

 private:
  // Writes the header of a message. Returns where the next one goes.
  uint64_t write_header(const Ring& ring, uint64_t at, uint64_t size, uint64_t timestamp) {
    FrameHeader& header = ring.header(at);
    const uint64_t word = pack({FrameState::ready, timestamp != 0, slot_index_, size});
    // relaxed: nobody looks behind the first frame until commit(), which releases all of it.
    if (timestamp != 0) header.timestamp.store(timestamp, std::memory_order_relaxed);
    if (ring.is_queue()) ring.claims().offer(at);
    if (at == begin_) {
      first_word_ = word;
    } else {
      header.word.store(word, std::memory_order_relaxed);
    }
    ++added_;
    last_added_ = at;
    SHM_CRASH_POINT("writer.added");
    return at + ring.footprint(size);
  }

  bool is_followed(uint64_t end) const;
  void prefetch_next(uint64_t bytes) const;
  uint64_t margin(uint64_t bytes) const;
  Result make_space(uint64_t needed, uint64_t bytes, uint64_t tail);
  Result advance_head(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail);
  Result scan(Ring::Head& head, uint64_t goal, uint64_t limit, uint64_t tail) const;
  bool is_reserved(uint64_t position) const;
  bool is_reclaimable(const Frame& frame, uint64_t position) const;
  bool announce(const Ring::Head& wanted, const Ring::Head& old, uint64_t tail);
  static void store(RingHead& shared, const Ring::Head& head);
  void publish_header(uint64_t word);

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
