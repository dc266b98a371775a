// Writing into a ring: reserve space, fill it, commit. One object for each open handle, which has at most one
// reservation at a time; so each reader gets each writer's messages in the order of their commits.
//
// The lock is held for reserve() alone. What is reserved lies in one piece and may take several messages;
// they become readable all at once, by one store.
//
// A call that need not wait goes another way to the same end, by reserve_at_once(): its reservation and its
// copy of the ring are its own, in registers. No store to the ring can change them, as far as the compiler
// knows, and what it knows of them once need not be looked at again.
#pragma once

#include <utility>

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/inline.h"
#include "core/own_commit_index.h"
#include "core/prefetch.h"
#include "core/reservation.h"
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

  // is_alone: an exclusive writer, which moves the tail alone, and needs no lock.
  RingWriter(const Ring& ring, uint32_t slot, bool is_alone = false);
  RingWriter(const RingWriter&) = delete;  // two would think that they have the same reservation
  RingWriter& operator=(const RingWriter&) = delete;

  // Bytes that a message takes, for reserve().
  uint64_t footprint(uint64_t size) const { return ring_.footprint(size); }

  // The most that can be reserved at once: space for one largest message, or for many small ones.
  uint64_t largest_reservation() const { return largest_; }

  // For the holder of the channel's lock, or an exclusive writer: reserves bytes for some messages. bytes:
  // the sum of their footprints. Only without a reservation.
  Result reserve(uint64_t bytes, uint32_t messages) {
    free_end_ = 0;
    return bytes <= largest_ && reserve_at_once(ring_, bytes, messages, reservation_)
               ? Result::ok
               : reserve_elsewhere(bytes, messages);
  }
  // The same of largest_reservation() bytes at most, into a reservation of the caller's, which it gives to
  // fill() and commit(), where the bytes are free right behind the tail. ring: the writer's, as of all that
  // follows. Returns false, and leaves everything to reserve(), where it is not so.
  SHM_ALWAYS_INLINE bool reserve_at_once(const Ring& ring, uint64_t bytes, uint32_t messages,
                                         Reservation& reservation) {
    // relaxed: the lock orders writers among themselves.
    const uint64_t tail = ring.control().tail.position.load(std::memory_order_relaxed);
    if (!fits_at(ring, tail, bytes)) [[unlikely]]
      return false;
    reservation = take(ring, tail, tail, bytes, messages);
    return true;
  }

  // The same for an exclusive writer: false while it has a reservation by reserve(), too.
  SHM_ALWAYS_INLINE bool reserve_alone(const Ring& ring, uint64_t bytes, uint32_t messages,
                                       Reservation& reservation) {
    if (last_end_ + bytes > free_end_) [[unlikely]]
      return false;
    reservation = take(ring, last_end_, last_end_, bytes, messages);
    return true;
  }

  // For a writer that is about to reserve so many bytes: asks for the lines of the frame's header, which
  // readers look at all the time, and of the empty word behind it, which a processor brings them together
  // with the first. That takes as long as the rest of the way to commit().
  SHM_ALWAYS_INLINE void prefetch(const Ring& ring, uint64_t bytes) const {
    prefetch_to_write(&ring.header(last_end_));
    prefetch_to_write(&ring.header(last_end_ + bytes));
  }

  // What reserve() has reserved becomes the caller's, as of reserve_at_once().
  Reservation take_reservation() {
    find_free_end();
    return std::exchange(reservation_, {});
  }

  bool has_reservation() const { return reservation_.begin != 0; }

  // Where the payload of the next message belongs: space() bytes.
  std::byte* memory() const { return ring_.payload(reservation_.next); }
  uint64_t space() const {
    const Reservation& mine = reservation_;
    return mine.next < mine.end ? mine.end - mine.next - sizeof(FrameHeader) : 0;
  }

  // Adds a message, whose payload is at memory(), to those that commit() makes readable. size: at most
  // space() and the channel's largest message. timestamp: 0 for none.
  void add(uint64_t size, uint64_t timestamp = 0) { add_to(ring_, size, timestamp, reservation_); }

  struct Piece {
    const std::byte* data;
    uint64_t size;
    uint64_t timestamp;
  };
  // Copies a message into the reservation and adds it.
  void fill(const Piece& from) { fill(ring_, from, reservation_); }
  SHM_ALWAYS_INLINE void fill(const Ring& ring, const Piece& from, Reservation& reservation) {
    copy_to_shared(ring.payload(reservation.next), from.data, static_cast<size_t>(from.size));
    add_to(ring, from.size, from.timestamp, reservation);
  }

  // Makes what was added readable, and gives up the rest of the reservation. At least one message must have
  // been added. Then the caller calls wake_after_commit().
  void commit() { commit(ring_, take_reservation()); }
  SHM_ALWAYS_INLINE void commit(const Ring& ring, const Reservation& reservation) {
    if (reservation.next < reservation.end) pad_rest(reservation.next, reservation.end);
    publish_header(ring, reservation.begin, reservation.first_word);
    // What can wait comes behind: a reader is on its way meanwhile.
    own_commits_.note(reservation.tail, reservation.end, reservation.added);
    prefetch_next(ring, reservation.end, reservation.end - reservation.begin);
  }

  // Gives up the reservation with all that is in it. Then the caller calls wake_after_commit().
  void abort();

  WriterSlot& slot() const { return slot_; }

 private:
  // So much more space is made than is needed, where there is any to be made.
  static constexpr uint64_t kMargin = 16 * 1024;

  // Whether the bytes fit behind the tail as it is.
  static SHM_ALWAYS_INLINE bool fits_at(const Ring& ring, uint64_t tail, uint64_t bytes) {
    if (bytes > ring.before_end(tail) || !ring.is_frame_aligned(tail)) return false;
    // One header more, for the empty word behind. A head beyond the tail is too far from it too.
    const uint64_t used = tail - ring.head_position();
    return used <= ring.capacity() - bytes - sizeof(FrameHeader) &&
           ring.header(tail).word.load(std::memory_order_relaxed) == 0;
  }

  // Takes the bytes from `begin` on. Each store leaves the ring whole, should it be our last:
  // - before the tail moves nothing has happened, except that a padding frame may stand at it, which readers
  //   may have followed already; so the next writer goes past it before anything else;
  // - once the tail has moved, the empty word at the frame's start is ours, as our slot says, and
  //   recover_writer() turns it into an aborted frame.
  // The word that a reader looks at all the time, at the frame's start, is left alone until commit(): each
  // store to it costs a journey of its line.
  SHM_ALWAYS_INLINE Reservation take(const Ring& ring, uint64_t tail, uint64_t begin, uint64_t bytes,
                                     uint32_t messages) {
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
    ring.header(end).word.store(0, std::memory_order_relaxed);
    SHM_CRASH_POINT("writer.end-cleared");
    if (begin != tail) pad(tail, begin);
    RingTail& shared = ring.control().tail;
    shared.reserved.store(shared.reserved.load(std::memory_order_relaxed) + messages,
                          std::memory_order_relaxed);
    // release: pairs with the acquire in Ring::tail(); a thread that sees the tail here finds our loan in our
    // slot.
    shared.position.store(end, std::memory_order_release);
    SHM_CRASH_POINT("writer.tail-moved");
    last_end_ = end;
    return {.tail = tail, .begin = begin, .end = end, .next = begin};
  }

  // Asks for as much of the ring as was just reserved, some way ahead: lines that were used a lap ago are far
  // away, and a reader's processor may have them still. A store to one would be waited for at the next fence;
  // also where this processor had it to read alone, as that reader's has to drop it first. Of large frames
  // the processor does all that by itself, but for the header of the next one, which readers have looked at
  // since.
  static SHM_ALWAYS_INLINE void prefetch_next(const Ring& ring, uint64_t end, uint64_t bytes) {
    constexpr uint64_t kMostAhead = 4 * 1024;
    constexpr uint64_t kAhead = kMargin + kMostAhead;  // where the head will have to move on soon
    if (bytes > kMostAhead) return prefetch_to_write(&ring.header(end + bytes));
    // Beyond the ring's end it is of no use, and does no harm.
    prefetch_to_write(ring.payload(end + kAhead), static_cast<size_t>(bytes));
  }

  SHM_ALWAYS_INLINE void publish_header(const Ring& ring, uint64_t begin, uint64_t word) {
    // release: pairs with the acquires in RingReader::look(), find_plain() and read_on(); the payload comes
    // before the word that vouches for it.
    ring.header(begin).word.store(word, std::memory_order_release);
    SHM_CRASH_POINT("writer.committed");
    // release: pairs with the acquire in Ring::reserving_writer(): a thread that finds none finds a frame
    // that is complete.
    slot_.loan_position.store(0, std::memory_order_release);
    SHM_CRASH_POINT("writer.closed");
  }

  // Writes the header of the next message; that of the reservation's first one is held back until commit().
  SHM_ALWAYS_INLINE void add_to(const Ring& ring, uint64_t size, uint64_t timestamp,
                                Reservation& reservation) {
    FrameHeader& header = ring.header(reservation.next);
    const uint64_t word = pack({FrameState::ready, timestamp != 0, slot_index_, size});
    // relaxed: nobody looks behind the first frame until commit(), which releases all of it.
    if (timestamp != 0) header.timestamp.store(timestamp, std::memory_order_relaxed);
    if (ring.is_queue()) ring.claims().offer(reservation.next);
    if (reservation.next == reservation.begin) {
      reservation.first_word = word;
    } else {
      header.word.store(word, std::memory_order_relaxed);
    }
    ++reservation.added;
    reservation.next += ring.footprint(size);
    SHM_CRASH_POINT("writer.added");
  }

  Result reserve_elsewhere(uint64_t bytes, uint32_t messages);
  void find_free_end();
  void pad(uint64_t tail, uint64_t begin);
  void pad_rest(uint64_t next, uint64_t end);
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
  bool is_alone_;
  uint64_t largest_;
  Reservation reservation_;  // of reserve() without one of the caller's
  uint64_t last_end_ = 0;    // where this writer's last reservation ended: most likely the tail
  uint64_t free_end_ = 0;    // an exclusive writer may write from there up to here; 0: it has to look
  OwnCommitIndex own_commits_;
};

}  // namespace shmbroker::core
