// What one writer knows of the frames that it alone has written, one behind the other: how many messages lie
// between some of their ends. With that it moves the head past many of them without a look at each; they have
// been away from its processor for a lap.
//
// All of it is this writer's own memory, and of frames that are complete: a writer has one reservation at a
// time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/inline.h"
#include "core/ring.h"

namespace shmbroker::core {

class OwnCommitIndex {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  explicit OwnCommitIndex(uint64_t capacity) : spacing_(capacity / kMarks * 2) {}

  // A reservation has been committed. begin: the tail before it; what lies from there to its end is all its
  // own.
  SHM_ALWAYS_INLINE void note(uint64_t begin, uint64_t end, uint64_t messages) {
    if (begin != end_) {
      oldest_ = newest_;
      push({begin, messages_});
    }
    end_ = end;
    messages_ += messages;
    if (end >= next_mark_) push({end, messages_});
  }

  // Somebody else's frames follow, or one whose messages do not count.
  void forget() { end_ = kNone; }

  // The first mark behind a position, or kNone. What lies before the head is forgotten.
  uint64_t mark_behind(uint64_t position) {
    while (oldest_ != newest_ && marks_[oldest_ % kMarks].position < position) ++oldest_;
    for (uint64_t i = oldest_; i != newest_; ++i) {
      if (marks_[i % kMarks].position > position) return marks_[i % kMarks].position;
    }
    return kNone;
  }

  // Moves the head from one mark to another: the first at the goal or beyond, or else the last that there is;
  // none beyond the limit. Nothing happens where the head is at no mark.
  void advance(Ring::Head& head, uint64_t goal, uint64_t limit) {
    if (mark_behind(head.position) == kNone || marks_[oldest_ % kMarks].position != head.position) return;
    const uint64_t others = head.messages - marks_[oldest_ % kMarks].messages;
    for (uint64_t i = oldest_ + 1; i != newest_ && head.position < goal; ++i) {
      const Mark& mark = marks_[i % kMarks];
      if (mark.position > limit) return;
      head = {mark.position, others + mark.messages};
    }
  }

 private:
  struct Mark {
    uint64_t position;
    uint64_t messages;  // of this writer's, before the position
  };
  static constexpr uint64_t kMarks = 128;  // twice what a ring full of frames has

  void push(const Mark& mark) {
    marks_[newest_++ % kMarks] = mark;
    next_mark_ = mark.position + spacing_;
    if (newest_ - oldest_ > kMarks) ++oldest_;
  }

  uint64_t spacing_;
  std::array<Mark, kMarks> marks_{};
  uint64_t oldest_ = 0;     // number of the first mark
  uint64_t newest_ = 0;     // and of the one behind the last
  uint64_t next_mark_ = 0;  // the position at or behind which the next mark is made
  uint64_t end_ = kNone;
  uint64_t messages_ = 0;
};

}  // namespace shmbroker::core
