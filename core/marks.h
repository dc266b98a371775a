// Marks of clients that sleep, a bit each in a shared word, and how a client sleeps with one.
//
// A client marks itself, looks once more for what it waits for, and sleeps only if it still finds nothing.
// Who brings it looks at the marks afterwards, takes those off whose owners it wakes, and sets their events.
// See store_order.h for why at least one of the two sees the other.
#pragma once

#include "core/events.h"
#include "core/layout.h"
#include "core/slots.h"
#include "core/store_order.h"

namespace shmbroker::core {

using Marks = std::atomic<uint64_t>;

// For a client that is going to sleep, and must look again before. Returns whether it was marked already.
inline bool set_mark(Marks& marks, uint32_t slot) {
  // release: pairs with the acquires of who takes it off.
  const uint64_t before = marks.fetch_or(uint64_t{1} << slot, std::memory_order_release);
  // Partner: order_store_before_look(), of who looks at the marks.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return (before >> slot & 1) != 0;
}

// For a client that does not sleep any more. Returns whether the mark was still there; if not, somebody has
// taken it, and the client's event is or will be set.
inline bool clear_mark(Marks& marks, uint32_t slot) {
  // acquire: pairs with the releases in set_mark() and take_mark(): what came before either is seen.
  return (marks.fetch_and(all_but(slot), std::memory_order_acquire) >> slot & 1) != 0;
}

inline bool has_mark(const Marks& marks, uint32_t slot) {
  // relaxed: a hint.
  return (marks.load(std::memory_order_relaxed) >> slot & 1) != 0;
}

// For who has published, after order_store_before_look(): takes all marks off, so that each client is woken
// once.
inline uint64_t take_marks(Marks& marks) {
  if (marks.load(std::memory_order_relaxed) == 0) return 0;
  // acquire: pairs with the release in set_mark(): a client whose mark is seen has a slot that the broker has
  // published before.
  return marks.exchange(0, std::memory_order_acquire);
}

// The same for a certain one. Returns whether it was there.
inline bool take_mark_of(Marks& marks, uint32_t slot) {
  // acquire: as in take_marks(). release: pairs with the acquire in clear_mark(): who finds its mark taken
  // finds what it was taken for.
  return (marks.fetch_and(all_but(slot), std::memory_order_acq_rel) >> slot & 1) != 0;
}

// The same for one of them. among: a bit for each slot that counts. Returns false if none of them has a mark.
inline bool take_mark(Marks& marks, uint64_t among, uint32_t& slot) {
  while (const uint64_t marked = marks.load(std::memory_order_relaxed) & among) {
    slot = static_cast<uint32_t>(std::countr_zero(marked));
    if (take_mark_of(marks, slot)) return true;
  }
  return false;
}

// How long a client that has marked itself may sleep before it looks again: the second look of store_order.h.
class SleepLimit {
 public:
  // was_marked: the mark stood there before, and is as old as it was.
  void note_mark(bool was_marked) {
    if (!was_marked) is_settled_ = !kSleepersLookTwice;
  }
  // It has slept for as long as it may.
  void note_passed() { is_settled_ = true; }

  uint32_t milliseconds() const { return is_settled_ ? kNoLimit : kSecondLookMs; }

 private:
  bool is_settled_ = !kSleepersLookTwice;  // the mark is so old that everybody sees it
};

struct SleepResult {
  WaitEnd end = WaitEnd::none;  // none: what was waited for is there
  bool was_woken = false;       // somebody has taken the mark, and may have woken nobody else
  uint32_t sleeps = 0;          // a second look interrupts one, and ends none
};

// Sleeps until is_due(), and leaves no mark. wait: for the client's event. end: none, or why it has to give
// up after one look. is_due() is asked for the last time when the time is up, and not after another end.
template <class IsDue>
SleepResult sleep_marked(Marks& marks, uint32_t slot, EventWait& wait, WaitEnd end, IsDue&& is_due) {
  SleepLimit limit;
  bool was_woken = false;
  uint32_t sleeps = 0;
  for (bool is_first = true; end == WaitEnd::none || end == WaitEnd::timeout; is_first = false) {
    const bool was_marked = set_mark(marks, slot);
    limit.note_mark(was_marked);
    was_woken = was_woken || (!was_marked && !is_first);
    if (is_due()) {
      end = WaitEnd::none;
      break;
    }
    if (end == WaitEnd::timeout) break;
    end = wait.sleep(limit.milliseconds());
    if (end != WaitEnd::limit) {
      ++sleeps;
      continue;
    }
    limit.note_passed();
    end = WaitEnd::none;
  }
  const bool was_taken = !clear_mark(marks, slot);
  return {end, was_woken || was_taken, sleeps};
}

}  // namespace shmbroker::core
