// Whom a queue's messages wake: of the readers that sleep in a call that takes one, as many as there are
// messages. The others would find nothing.
//
// Who sleeps has found nothing after it had marked itself. So while readers sleep, each message that can be
// taken has either been taken, or its writer has woken somebody for it, or has left it to the one that it
// woke before and that has not come yet. That one may take another message, or none: a reader that was woken
// looks whether there is more, and wakes the next one.
// tests/model/queue_waking.pml models it.
#pragma once

#include "core/pause.h"
#include "core/ring.h"
#include "core/waking.h"

namespace shmbroker::core {

// What a commit has made readable.
struct Committed {
  uint64_t last = 0;  // position of the last message
  uint32_t messages = 0;
  bool is_followed = false;  // others had committed behind it before
};

// Whether somebody comes for a writer's message, so that it need not wake a reader that sleeps: that costs
// more than such a reader takes to come. One object for each writer.
class ClaimWatch {
 public:
  // The writer has woken a reader for the message at a position.
  void note_wake_up(uint64_t position) {
    woken_for_ = position;
    left_over_ = 0;
  }
  // Whether the reader that it woke last is still on its way, as far as is known: nobody has taken what that
  // one was woken for. It will see the messages that came meanwhile, and wake the next one for them. Asked
  // once a message.
  bool is_reader_coming(const Claims& claims) {
    return woken_for_ != 0 && ++left_over_ < kMostLeftOver && claims.is_offered(woken_for_);
  }

  // Returns whether the message is taken.
  bool is_taken_soon(const Claims& claims, uint64_t position) {
    if (turns_ == 0 && ++passed_over_ < kPassOver) return false;
    passed_over_ = 0;
    const uint32_t most = turns_ == 0 ? kFewest : turns_;
    for (uint32_t turn = 0; turn < most; ++turn) {
      if (!claims.is_offered(position)) {
        turns_ = kMost;
        return true;
      }
      pause();
    }
    turns_ = most / 2 < kFewest ? 0 : most / 2;  // who is awake is at other work
    return false;
  }

 private:
  static constexpr uint32_t kMost = 64;
  static constexpr uint32_t kFewest = 8;
  static constexpr uint32_t kPassOver = 32;  // messages for which it does not watch, after it did in vain

  static constexpr uint32_t kMostLeftOver = 256;  // messages that are left to a reader that may be held up

  uint32_t turns_ = kMost;
  uint32_t passed_over_ = 0;
  uint64_t woken_for_ = 0;  // position; 0: none
  uint32_t left_over_ = 0;  // messages since then
};

// For a writer that has committed, after take_waiting(): wakes readers that sleep.
inline void wake_takers(const Ring& ring, const Committed& committed, ClaimWatch& watch,
                        ChannelEvents& events) {
  Marks& marks = ring.readers().waiting_takers;
  const uint64_t marked = marks.load(std::memory_order_relaxed);
  if (marked == 0) return;
  // Partner: the fence in pass_wake_up_on(). The reader that takes what it was woken for sees this message,
  // or we see that it has taken that.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  // What others had committed behind it was woken for when nobody could take it yet.
  if (!committed.is_followed && watch.is_reader_coming(ring.claims())) return;
  const uint64_t present = present_readers(ring.data());
  const bool is_anyone_awake = (present & ~marked) != 0;
  if (is_anyone_awake && !committed.is_followed && watch.is_taken_soon(ring.claims(), committed.last)) return;
  uint32_t slot = 0;
  const uint32_t most = committed.is_followed ? kMaxReaders : committed.messages;
  for (uint32_t woken = 0; woken < most && take_mark(marks, present, slot); ++woken) {
    watch.note_wake_up(committed.last);
    SHM_CRASH_POINT("waking.readers-taken");
    events.set_reader_event(slot);
    SHM_CRASH_POINT("waking.one-woken");
  }
}

}  // namespace shmbroker::core
