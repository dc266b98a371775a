#include "client_dll/channel_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client_dll/process_end.h"

namespace shmbroker::client {
namespace {

constexpr uint32_t kTableSize = 1u << kTableBits;
constexpr uint32_t kGenerations = 1u << (32 - kTableBits);
constexpr DWORD kCloseTimeout = 5000;   // milliseconds that ShmClose gives the calls that it has ended
constexpr DWORD kUnloadTimeout = 2000;  // that the service has at an unload, for all channels

constinit Entry table[kTableSize];
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
  entry.channel->interrupt_waits();
  entry.calls.reading.interrupt_waits();
  entry.calls.writing.interrupt_waits();
}

// Where this DLL's generations begin. Another copy of it in this process, under another path, gives out other
// numbers: so its handles are not ours. It needs not be hard to guess, only to be another one.
uint32_t first_generation() {
  static constinit std::atomic<uint32_t> made{0};
  // relaxed: the first thread says which it is.
  uint32_t first = made.load(std::memory_order_relaxed);
  if (first != 0) return first;
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  // The finalizer of SplitMix64, over where we are loaded and when.
  uint64_t mixed =
      reinterpret_cast<uintptr_t>(&table) + static_cast<uint64_t>(ticks.QuadPart) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  const uint32_t wanted = static_cast<uint32_t>(mixed >> 32) % (kGenerations - 1) + 1;
  return made.compare_exchange_strong(first, wanted, std::memory_order_relaxed) ? wanted : first;
}

// 1 to the highest, never 0. The entry is reserved by the caller.
uint32_t next_generation(Entry& entry) {
  return (first_generation() - 1 + entry.uses++) % (kGenerations - 1) + 1;
}

bool lock_guard_alone(Entry& entry, const Deadline& deadline) {
  while (!TryAcquireSRWLockExclusive(&entry.guard)) {
    if (deadline.left() == 0) return false;
    Sleep(1);  // nothing that waits is done under the guard: this is over soon, or never
  }
  return true;
}

// For ShmClose: takes both call locks and the guard. Returns false, and has none of them, where that can't be
// had in time.
bool lock_alone(Entry& entry) {
  const Deadline deadline(kCloseTimeout);
  Calls& calls = entry.calls;
  if (!calls.reading.lock_to_close(deadline)) return false;
  if (calls.writing.lock_to_close(deadline)) {
    if (lock_guard_alone(entry, deadline)) return true;
    calls.writing.unlock();
  }
  calls.reading.unlock();
  return false;
}

void unlock_alone(Entry& entry) {
  ReleaseSRWLockExclusive(&entry.guard);
  entry.calls.writing.unlock();
  entry.calls.reading.unlock();
}

}  // namespace

Entry* entry_of(ShmChannel handle) {
  return generation_of(handle) == 0 ? nullptr : &table[handle % kTableSize];
}

// acquire: pairs with the release in open_entry().
bool is_open(const Entry& entry, ShmChannel handle) {
  return entry.generation.load(std::memory_order_acquire) == generation_of(handle);
}

int32_t call_lock_refused(ShmChannel handle, WaitEnd end) {
  if (end == WaitEnd::closing) return fail(SHM_E_CLOSED);  // the channel may be gone already
  return with_guard(handle, [end](Channel& open) { return open.refuse_call_lock(end); });
}

int32_t timeout_refused(uint32_t timeout_ms) {
  return fail(SHM_E_ARGUMENT, L"a timeout of " + std::to_wstring(static_cast<int32_t>(timeout_ms)) +
                                  L" ms can't be waited for; give from 0 to SHM_TIMEOUT_MAX (2147483647), or "
                                  L"SHM_INFINITE");
}

int32_t open_entry(const std::wstring& name, const ShmOptions& options, ShmChannel& handle) {
  Entry* entry = reserve_entry();
  if (entry == nullptr) return fail(SHM_E_MEMORY, L"4,096 channels are open in this process; close some");
  entry->calls.begin_handle();
  entry->has_closer.store(false, std::memory_order_relaxed);
  std::unique_ptr<Channel> channel;
  const int32_t status = no_throw([&] { return Channel::open(name, options, entry->calls, channel); });
  if (status != SHM_OK) {
    free_entry(*entry);
    return status;
  }
  const uint32_t generation = next_generation(*entry);
  entry->channel = channel.release();
  // release: pairs with the acquire in is_open().
  entry->generation.store(generation, std::memory_order_release);
  handle = handle_of(static_cast<uint32_t>(entry - table), generation);
  return SHM_OK;
}

int32_t close_entry(ShmChannel handle) {
  if (process_is_ending()) return SHM_OK;
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  AcquireSRWLockShared(&entry->guard);
  // relaxed: a thread that is not the first touches nothing.
  const bool first = is_open(*entry, handle) && !entry->has_closer.exchange(true, std::memory_order_relaxed);
  if (first) {
    // release: pairs with the acquire in WaitContext::interrupted().
    entry->calls.interrupts.closing.store(true, std::memory_order_release);
    interrupt(*entry);
  }
  ReleaseSRWLockShared(&entry->guard);
  if (!first) return fail(SHM_E_HANDLE);

  if (!lock_alone(*entry)) {
    const int32_t status = no_throw([entry] { return entry->channel->refuse_close(); });
    entry->has_closer.store(false, std::memory_order_relaxed);  // this touches nothing any more, either
    return status;
  }
  entry->generation.store(0, std::memory_order_relaxed);
  Channel* const channel = std::exchange(entry->channel, nullptr);
  unlock_alone(*entry);
  no_throw([channel] {
    delete channel;
    return SHM_OK;
  });
  free_entry(*entry);
  return SHM_OK;
}

void close_all_at_unload() noexcept {
  const Deadline deadline(kUnloadTimeout);
  for (uint32_t i = 0; i < kTableSize; ++i) {
    Entry& entry = table[i];
    if (!used[i] || entry.channel == nullptr) continue;
    // A thread that was ended in the midst of a call has the call lock for good. What it had stays until the
    // process ends.
    if (!entry.calls.reading.try_lock() || !entry.calls.writing.try_lock()) continue;
    entry.generation.store(0, std::memory_order_relaxed);
    entry.channel->limit_close(deadline.left());
    delete std::exchange(entry.channel, nullptr);
  }
}

int32_t cancel_entry(ShmChannel handle) {
  Entry* entry = entry_of(handle);
  return with_guard(handle, [entry](Channel&) {
    // release: pairs with the acquire in WaitContext.
    entry->calls.interrupts.cancels.fetch_add(1, std::memory_order_release);
    interrupt(*entry);
    return SHM_OK;
  });
}

int32_t set_cancelled_entry(ShmChannel handle, bool is_cancelled) {
  Entry* entry = entry_of(handle);
  return with_guard(handle, [=](Channel&) {
    Interrupts& interrupts = entry->calls.interrupts;
    // release: pairs with the acquire in WaitContext.
    interrupts.is_cancelled.store(is_cancelled, std::memory_order_release);
    if (!is_cancelled) return SHM_OK;
    // What waits now ends, even if the mark is off again before it has looked.
    interrupts.cancels.fetch_add(1, std::memory_order_release);
    interrupt(*entry);
    return SHM_OK;
  });
}

}  // namespace shmbroker::client
