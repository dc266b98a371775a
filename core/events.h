// The events of a channel, and how a call sleeps on one. The protocol that says who sets which event, and
// when, is here in core/; Windows' events are behind these interfaces in the DLL and the service, condition
// variables in the stress test. So the sanitizers run the protocol that ships.
#pragma once

#include <cstdint>

namespace shmbroker::core {

// Every event resets itself when it has woken one thread, and stays set until then.
class ChannelEvents {
 public:
  virtual void set_reader_event(uint32_t slot) = 0;
  // All writers that wait for space share one event.
  virtual void set_space_event() = 0;
  // For the thread at the head of the lock's queue.
  virtual void set_lock_event() = 0;

 protected:
  ~ChannelEvents() = default;
};

// Why a wait ended without what it waited for. limit: one sleep's own, which is no reason to give up.
enum class WaitEnd { none, timeout, cancelled, closing, ended, limit };

inline constexpr uint32_t kNoLimit = UINT32_MAX;

// How one call waits for one event. It knows how long the caller is ready to wait, and what interrupts it.
class EventWait {
 public:
  // Whether the call has to give up.
  virtual WaitEnd check() = 0;
  // Sleeps until the event is set, the call is interrupted or its time is up, or for so many milliseconds;
  // then it returns limit. Returns none if the caller has to look again at what it waits for; it may return
  // so for no reason.
  virtual WaitEnd sleep(uint32_t limit_ms) = 0;
  // Lets another thread have the processor: the one that is waited for may need it.
  virtual void yield() = 0;

 protected:
  ~EventWait() = default;
};

// Turns of a busy loop between two calls of check().
inline constexpr uint32_t kTurnsBetweenChecks = 2048;

}  // namespace shmbroker::core
