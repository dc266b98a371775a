// A queue's claims: which message is whose. One word for each position at which a frame may start, in the
// section that readers may write, so that they need no right to write payload.
//
// The writer offers a message; a reader claims it, and says when it is done with it. What a dead reader had
// claimed is offered again. Each word carries the lap in which its frame was written: a reader that slept for
// a lap can't claim what lies there now.
#pragma once

#include <bit>

#include "core/layout.h"

namespace shmbroker::core {

class Claims {
 public:
  Claims(std::atomic<uint32_t>* words, uint64_t capacity)
      : words_(words), capacity_(capacity), lap_shift_(static_cast<uint32_t>(std::countr_zero(capacity))) {}

  // For the writer, before the frame is ready.
  void offer(uint64_t position) const {
    // relaxed: the frame's release comes after it, and the reader's acquire of the frame before its claim.
    word(position).store(tagged(position, kOffered, 0), std::memory_order_relaxed);
  }

  // For a reader: takes the message. redelivered: a reader that had it before died, or gave it back.
  bool claim(uint64_t position, uint32_t slot, bool& redelivered) const {
    // relaxed: see offer(); nothing is read on the strength of it that the frame's own word does not vouch
    // for.
    uint32_t seen = word(position).load(std::memory_order_relaxed);
    if (!is_offer(seen, position)) return false;
    redelivered = seen == tagged(position, kOfferedAgain, 0);
    // acquire: pairs with the release in give_back(): what that reader read comes before our finish(), and so
    // before the writer's overwriting it.
    return word(position).compare_exchange_strong(seen, tagged(position, kClaimed, slot),
                                                  std::memory_order_acquire, std::memory_order_relaxed);
  }

  // Whether it could be claimed now.
  bool is_offered(uint64_t position) const {
    return is_offer(word(position).load(std::memory_order_relaxed), position);
  }

  // Whether a reader has it. slot: that reader's.
  bool is_claimed(uint64_t position, uint32_t& slot) const {
    // relaxed: diagnostic only.
    const uint32_t seen = word(position).load(std::memory_order_relaxed);
    slot = slot_of(seen);
    return seen == tagged(position, kClaimed, slot);
  }

  // For the reader that claimed it.
  void finish(uint64_t position, uint32_t slot) const {
    // release: pairs with the acquire in is_finished(); what we read stays before the writer's overwriting
    // it.
    word(position).store(tagged(position, kFinished, slot), std::memory_order_release);
  }

  // For the writer: whether nobody needs the message any more.
  bool is_finished(uint64_t position) const {
    // acquire: pairs with the release in finish().
    const uint32_t seen = word(position).load(std::memory_order_acquire);
    return state_of(seen) == kFinished && lap_of(seen) == lap_of(tagged(position, kFinished, 0));
  }

  // For the reader that claimed it: others may have it.
  void give_back(uint64_t position, uint32_t slot) const {
    uint32_t claimed = tagged(position, kClaimed, slot);
    // release: pairs with the acquire in claim(), and with the one of ReadersSection::returns, which sends
    // readers to look at old messages again.
    word(position).compare_exchange_strong(claimed, tagged(position, kOfferedAgain, 0),
                                           std::memory_order_release, std::memory_order_relaxed);
  }

  // For the broker, which looks at a message whose frame is ready: what its word says now, for the next two.
  uint32_t look(uint64_t position) const {
    // relaxed: the caller makes sure that the frame was not overwritten before it acts on this.
    return word(position).load(std::memory_order_relaxed);
  }

  // Whether no reader could ever finish the message: the one that claimed it has no slot any more, or the
  // word is nonsense. taken: a bit for each slot that a reader has.
  bool is_stranded(uint32_t seen, uint64_t position, uint64_t taken) const {
    if (is_offer(seen, position)) return false;
    if (lap_of(seen) != lap_of(tagged(position, kOffered, 0))) return true;
    if (state_of(seen) == kFinished) return false;
    return state_of(seen) != kClaimed || (taken >> slot_of(seen) & 1) == 0;
  }

  // Offers a stranded message again. Returns whether it was still as it was seen.
  bool offer_again(uint64_t position, uint32_t seen) const {
    // release: as in give_back().
    return word(position).compare_exchange_strong(seen, tagged(position, kOfferedAgain, 0),
                                                  std::memory_order_release, std::memory_order_relaxed);
  }

 private:
  // Two bits of state, six of the reader's slot, 24 of the lap.
  static constexpr uint32_t kOffered = 0;
  static constexpr uint32_t kOfferedAgain = 1;
  static constexpr uint32_t kClaimed = 2;
  static constexpr uint32_t kFinished = 3;
  static constexpr uint32_t kStateMask = 3;
  static constexpr uint32_t kSlotShift = 2;
  static constexpr uint32_t kSlotMask = (kMaxReaders - 1) << kSlotShift;
  static constexpr uint32_t kLapShift = 8;
  static_assert(kSlotMask < 1u << kLapShift);

  static constexpr uint32_t state_of(uint32_t word) { return word & kStateMask; }
  static constexpr uint32_t slot_of(uint32_t word) { return (word & kSlotMask) >> kSlotShift; }
  static constexpr uint32_t lap_of(uint32_t word) { return word >> kLapShift; }

  uint32_t tagged(uint64_t position, uint32_t state, uint32_t slot) const {
    return static_cast<uint32_t>(position >> lap_shift_) << kLapShift | slot << kSlotShift | state;
  }
  bool is_offer(uint32_t seen, uint64_t position) const {
    return seen == tagged(position, kOffered, 0) || seen == tagged(position, kOfferedAgain, 0);
  }
  std::atomic<uint32_t>& word(uint64_t position) const {
    return words_[static_cast<size_t>((position & (capacity_ - 1)) / kQueueAlign)];
  }

  std::atomic<uint32_t>* words_;
  uint64_t capacity_;
  uint32_t lap_shift_;
};

}  // namespace shmbroker::core
