// Lets one thread at a time read (or write) through a handle, without a system call where it is free.
//
// Most handles are used by one thread. That one, the favored thread, takes the lock by plain stores. Another
// thread that comes takes the favor away first, with FlushProcessWriteBuffers: afterwards it sees whether the
// favored thread is inside, and that one sees that it is favored no more. So the exception pays for the rule.
//
// Others look again and again while the thread that has it is at work, and sleep only once that thread has
// said that it goes to sleep itself: so one that never did has nobody to wake.
#pragma once

#include "client_dll/wait_context.h"
#include "core/inline.h"

namespace shmbroker::client {

class CallLock {
 public:
  // Part of it. Who has it says there whether it is at work or asleep.
  class Word {
   public:
    bool is_free() const {
      // acquire: pairs with the releases in unlock().
      return value_.load(std::memory_order_acquire) == kFree;
    }
    bool try_take() {
      uint32_t expected = kFree;
      // acquire: pairs with the releases in unlock().
      return value_.compare_exchange_strong(expected, kBusy, std::memory_order_acquire,
                                            std::memory_order_relaxed);
    }
    // For the one thread that may take it so.
    void take() { value_.store(kBusy, std::memory_order_relaxed); }
    void mark_blocking(std::atomic<DWORD>& sleeper) {
      // relaxed: others read nothing on the strength of it.
      if (value_.load(std::memory_order_relaxed) != kBusy) return;
      sleeper.store(GetCurrentThreadId(), std::memory_order_relaxed);
      value_.store(kBlocking, std::memory_order_relaxed);
    }
    SHM_ALWAYS_INLINE void unlock() {
      // relaxed: only the holder stores and replaces kBusy. release: pairs with the acquires above.
      if (value_.load(std::memory_order_relaxed) == kBusy) [[likely]]
        return value_.store(kFree, std::memory_order_release);
      unlock_after_sleep();
    }
    // The same for a holder that has not slept with it: only a holder that sleeps is waited for asleep.
    void unlock_awake() { value_.store(kFree, std::memory_order_release); }
    void unlock_after_sleep();
    void wait(DWORD timeout_ms, uint32_t& tries);
    bool is_blocking() const {
      const uint32_t value = value_.load(std::memory_order_relaxed);
      return value == kBlocking || value == kAwaited;
    }
    void interrupt_waits() { WakeByAddressAll(&value_); }

   private:
    static constexpr uint32_t kFree = 0;
    static constexpr uint32_t kBusy = 1;
    static constexpr uint32_t kBlocking = 2;
    static constexpr uint32_t kAwaited = 3;  // as kBlocking, and somebody may sleep

    std::atomic<uint32_t> value_{kFree};
  };

  bool try_lock() { return try_lock_favored() != nullptr || try_lock_shared(); }

  // Succeeds only for the favored thread. Returns the word by which it has the lock, and which it may unlock
  // instead of it.
  SHM_ALWAYS_INLINE Word* try_lock_favored() {
    // relaxed: a thread that reads its own block here has stored it itself, or a thread that had it before.
    const uint64_t favored = favored_.load(std::memory_order_relaxed);
    const uint64_t slot = favored ^ this_thread();
    if (slot >= kWords) return nullptr;
    Word& word = favored_words_[slot];
    // It may have the lock already, in a call that an APC interrupts.
    if (!word.is_free()) return nullptr;
    word.take();
    // Partner: FlushProcessWriteBuffers() in try_lock_shared(). The compiler keeps store and look in order;
    // the processor is made to by who takes the favor away.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (favored_.load(std::memory_order_relaxed) == favored) return &word;
    word.unlock();
    return nullptr;
  }

  // Waits for the lock. Anything but none: it was not taken.
  WaitEnd lock(const WaitContext& context);

  // For ShmClose: waits for the lock, and takes it from a thread that was ended in its sleep. Returns false
  // if it was not to be had in time.
  bool lock_to_close(const Deadline& deadline);

  // For the holder, before it sleeps with the lock.
  void mark_blocking() { (is_shared_ ? shared_word_ : favored_word()).mark_blocking(sleeper_); }

  void unlock() { is_shared_ ? unlock_shared() : favored_word().unlock(); }

  // For who opens the handle, before anyone can use it: threads may be favored again.
  void begin_handle() {
    // relaxed: a thread with a stale handle may count meanwhile, and favors at most itself once more.
    favors_.store(0, std::memory_order_relaxed);
  }

  // Makes waiting threads look at their context.
  void interrupt_waits() {
    for (Word& word : favored_words_) word.interrupt_waits();
    shared_word_.interrupt_waits();
  }

 private:
  // Tells a thread from all others by its block, to which a register points: its number takes a call. The
  // lowest bits are 0.
  static uint64_t this_thread() { return uint64_t{reinterpret_cast<uintptr_t>(NtCurrentTeb())} << kSlotBits; }
  bool try_lock_shared();
  void unlock_shared();
  // Of the thread that was favored last.
  Word& favored_word() { return favored_words_[slot_.load(std::memory_order_relaxed)]; }
  Word& word_in_use() { return favored_word().is_free() ? shared_word_ : favored_word(); }
  void wait(DWORD timeout_ms, uint32_t& tries);
  bool take_from_ended_thread();

  // A handle that wanders from thread to thread favors none in the end: each change costs every processor an
  // interrupt.
  static constexpr uint32_t kMostFavors = 4;
  // SUBTLE: a thread that has lost the favor may be about to take its word still, and frees it when it sees
  // that. So the next one has another word. That thread's comes round again only after more changes than a
  // handle has.
  static constexpr uint32_t kSlotBits = 3;
  static constexpr uint32_t kWords = 1u << kSlotBits;
  static_assert(kWords >= 2 * kMostFavors);

  // this_thread() of the thread, and below it the slot of its word. Changed under the shared word.
  std::atomic<uint64_t> favored_{0};
  Word favored_words_[kWords];       // each a favored thread's
  Word shared_word_;                 // everybody else's
  std::atomic<uint32_t> slot_{0};    // changed under the shared word
  std::atomic<DWORD> sleeper_{0};    // the holder, if its word is_blocking()
  std::atomic<uint32_t> favors_{0};  // counted under the shared word
  bool is_shared_ = false;           // the holder has it by the shared word; under the lock
};

}  // namespace shmbroker::client
