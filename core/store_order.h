// Between a store that others wait for and a look at who waits: how a client that publishes keeps the two
// apart.
//
// The store may sit in the processor's store buffer while the look is done already; then the look misses who
// has just begun to sleep, and that client misses the store. A full fence on both sides rules it out, and
// costs the publisher more than the rest of its work. On x86 time does it: a store leaves the buffer by
// itself in far less than a millisecond, and at the latest with the next interrupt, change of thread or exit
// of a virtual machine. So the publisher has no fence, and a client that sleeps looks once more after
// kSecondLookMs before it sleeps for good. A wake-up that was missed comes late by that time, and none is
// lost. (Morrison and Afek, "Temporally Bounding TSO for Fence-Free Asymmetric Synchronization", ASPLOS 2015;
// docs/architecture.md.) tests/model/waking.pml models both.
#pragma once

#include <atomic>
#include <cstdint>

namespace shmbroker::core {

// More than a tick of the system clock, of 15.6 ms at most: by then the processor of whoever published has
// had an interrupt.
inline constexpr uint32_t kSecondLookMs = 20;

// Other processors give no such bound. SHM_FULL_FENCES: so that the tests run with both.
#if (defined(_M_X64) || defined(_M_IX86) || defined(__x86_64__) || defined(__i386__)) && \
    !defined(SHM_FULL_FENCES)

inline constexpr bool kSleepersLookTwice = true;
// Keeps the compiler from moving the look before the store.
inline void order_store_before_look() { std::atomic_signal_fence(std::memory_order_seq_cst); }

#else

inline constexpr bool kSleepersLookTwice = false;
inline void order_store_before_look() { std::atomic_thread_fence(std::memory_order_seq_cst); }

#endif

}  // namespace shmbroker::core
