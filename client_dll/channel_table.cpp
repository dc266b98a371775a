#include "client_dll/channel_table.h"

#include <algorithm>
#include <iterator>

namespace shmbroker::client {
namespace {

constexpr uint32_t kTableSize = 1u << kTableBits;
constexpr uint32_t kGenerations = 1u << (32 - kTableBits);

Entry table[kTableSize];
bool used[kTableSize];    // under table_lock
uint32_t next_entry = 0;  // under table_lock; going round, so that a generation lasts as long as possible
SRWLOCK table_lock = SRWLOCK_INIT;

ShmChannel handle_of(uint32_t index, uint32_t generation) { return generation << kTableBits | index; }
uint32_t generation_of(ShmChannel handle) { return handle >> kTableBits; }

Entry* reserve_entry() {
  AcquireSRWLockExclusive(&table_lock);
  Entry* found = nullptr;
  for (uint32_t step = 0; step < kTableSize && found == nullptr; ++step) {
    const uint32_t index = (next_entry + step) % kTableSize;
    if (used[index]) continue;
    used[index] = true;
    next_entry = index + 1;
    found = &table[index];
  }
  ReleaseSRWLockExclusive(&table_lock);
  return found;
}

void free_entry(Entry& entry) {
  AcquireSRWLockExclusive(&table_lock);
  used[&entry - table] = false;
  ReleaseSRWLockExclusive(&table_lock);
}

// Makes every waiting call of a handle look at the interrupts, which the caller has changed.
void interrupt(Entry& entry) {
  entry.channel->nudge();
  entry.calls.reading.nudge();
  entry.calls.writing.nudge();
}

}  // namespace

Entry* entry_of(ShmChannel handle) {
  return generation_of(handle) == 0 ? nullptr : &table[handle % kTableSize];
}

// acquire: pairs with the release in open_entry().
bool is_open(const Entry& entry, ShmChannel handle) {
  return entry.generation.load(std::memory_order_acquire) == generation_of(handle);
}

int32_t turn_refused(ShmChannel handle, WaitEnd end) {
  if (end == WaitEnd::closing) return fail(SHM_E_CLOSED);  // the channel may be gone already
  return with_guard(handle, [end](Channel& open) { return open.refuse_turn(end); });
}

int32_t open_entry(const std::wstring& name, const ShmOptions& options, ShmChannel& handle) {
  Entry* entry = reserve_entry();
  if (entry == nullptr) return fail(SHM_E_MEMORY, L"4,096 channels are open in this process; close some");
  entry->calls.interrupts.closing.store(false, std::memory_order_relaxed);
  entry->calls.interrupts.is_cancelled.store(false, std::memory_order_relaxed);
  std::unique_ptr<Channel> channel;
  const int32_t status = no_throw([&] { return Channel::open(name, options, entry->calls, channel); });
  if (status != SHM_OK) {
    free_entry(*entry);
    return status;
  }
  const uint32_t generation = entry->next_generation;
  entry->next_generation = generation % (kGenerations - 1) + 1;  // 1 to the highest, never 0
  entry->channel = std::move(channel);
  // release: pairs with the acquire in is_open().
  entry->generation.store(generation, std::memory_order_release);
  handle = handle_of(static_cast<uint32_t>(entry - table), generation);
  return SHM_OK;
}

int32_t close_entry(ShmChannel handle) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  AcquireSRWLockShared(&entry->guard);
  const bool first = is_open(*entry, handle) &&
                     // acq_rel: release pairs with the acquire in Patience::end().
                     !entry->calls.interrupts.closing.exchange(true, std::memory_order_acq_rel);
  if (first) interrupt(*entry);
  ReleaseSRWLockShared(&entry->guard);
  if (!first) return fail(SHM_E_HANDLE);

  entry->calls.reading.enter_to_close();
  entry->calls.writing.enter_to_close();
  AcquireSRWLockExclusive(&entry->guard);
  entry->generation.store(0, std::memory_order_relaxed);
  const std::unique_ptr<Channel> channel = std::move(entry->channel);
  ReleaseSRWLockExclusive(&entry->guard);
  entry->calls.writing.leave();
  entry->calls.reading.leave();
  no_throw([&] {
    const_cast<std::unique_ptr<Channel>&>(channel).reset();
    return SHM_OK;
  });
  free_entry(*entry);
  return SHM_OK;
}

int32_t cancel_entry(ShmChannel handle) {
  Entry* entry = entry_of(handle);
  return with_guard(handle, [entry](Channel&) {
    // release: pairs with the acquire in Patience.
    entry->calls.interrupts.cancels.fetch_add(1, std::memory_order_release);
    interrupt(*entry);
    return SHM_OK;
  });
}

int32_t set_cancelled_entry(ShmChannel handle, bool is_cancelled) {
  Entry* entry = entry_of(handle);
  return with_guard(handle, [=](Channel&) {
    Interrupts& interrupts = entry->calls.interrupts;
    // release: pairs with the acquire in Patience.
    interrupts.is_cancelled.store(is_cancelled, std::memory_order_release);
    if (!is_cancelled) return SHM_OK;
    // What waits now ends, even if the mark is off again before it has looked.
    interrupts.cancels.fetch_add(1, std::memory_order_release);
    interrupt(*entry);
    return SHM_OK;
  });
}

}  // namespace shmbroker::client
