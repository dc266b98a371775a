#include "core/reclaim.h"

#include "core/crash_point.h"
#include "core/expected_readers.h"
#include "core/ring_recovery.h"
#include "core/robust_lock.h"
#include "core/slots.h"
#include "core/space_waking.h"

namespace shmbroker::core {
namespace {

// relaxed: a counter, diagnostic only.
void count_recovery(DataSection& data) { data.lock.recoveries.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

void reclaim_writer(const ChannelMemory& memory, uint32_t slot, uint64_t writers, ChannelEvents& events) {
  if (memory.ring != nullptr && recover_writer(*memory.ring, slot)) count_recovery(memory.data);
  SHM_CRASH_POINT("reclaim.lock-held");
  reclaim_lock(memory.data, writers, events);
  clear_mark(memory.readers.waiting_writers, slot);
  // It may have died before it woke the reader that it had announced. wake_everybody() makes up for that.
  forget_expected(memory.readers);
}

void reclaim_readers(const ChannelMemory& memory, uint64_t readers) {
  if (memory.ring != nullptr) recover_readers(*memory.ring, readers);
  SHM_CRASH_POINT("reclaim.reader-recovered");
  // relaxed: nobody reads anything on the strength of it.
  memory.readers.waiting.fetch_and(readers, std::memory_order_relaxed);
  memory.readers.waiting_takers.fetch_and(readers, std::memory_order_relaxed);
  forget_expected(memory.readers);  // as for a writer
  // release: pairs with the writer's fence in Block::begin(); the reader's last look came before.
  for_each_slot(~readers,
                [&](uint32_t slot) { memory.readers.pins[slot].store(0, std::memory_order_release); });
}

void reclaim_lock(DataSection& data, uint64_t writers, ChannelEvents& events) {
  bool awaited = false;
  if (RobustLock(data.lock).release_dead(writers, awaited)) {
    SHM_CRASH_POINT("reclaim.lock-released");
    count_recovery(data);
  }
  if (awaited) events.set_lock_event();
}

void wake_everybody(ChannelEvents& events, uint64_t readers) {
  for_each_slot(readers, [&](uint32_t slot) { events.set_reader_event(slot); });
  events.set_space_event();  // it wakes one writer, which wakes the next
  // A thread that gave the lock back may have died before it could wake the next one.
  events.set_lock_event();
}

}  // namespace shmbroker::core
