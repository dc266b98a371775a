// The templates of channel_table.h.
#pragma once

#include <new>

#include "client_dll/errors.h"
#include "core/inline.h"

namespace shmbroker::client {

// Nothing throws across the C boundary.
template <class Work>
SHM_ALWAYS_INLINE int32_t no_throw(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail(SHM_E_MEMORY);
  } catch (...) {
    return fail(SHM_E_SYSTEM);
  }
}

int32_t call_lock_refused(ShmChannel handle, WaitEnd end);

// For what a caller gave as a timeout: a negative number is a mistake, and no wait of 49 days.
inline bool is_timeout(uint32_t timeout_ms) {
  return timeout_ms <= SHM_TIMEOUT_MAX || timeout_ms == SHM_INFINITE;
}
int32_t timeout_refused(uint32_t timeout_ms);

// For who has the call lock: work(Channel&, left), and gives it back. lock: what is to be unlocked for that.
template <class Lock, class Work>
SHM_ALWAYS_INLINE int32_t work_and_unlock(Entry& entry, ShmChannel handle, Lock& lock, DWORD left,
                                          Work&& work) {
  const int32_t status =
      is_open(entry, handle) ? no_throw([&] { return work(*entry.channel, left); }) : fail(SHM_E_HANDLE);
  lock.unlock();
  return status;
}

// The same for who must take the lock first, as one of several threads. Its last parameters are copies, so
// that a caller that does not come here may keep its own in registers.
template <class MakeContext, class Work>
SHM_NEVER_INLINE int32_t wait_and_work(Entry& entry, ShmChannel handle, CallLock& lock, DWORD timeout_ms,
                                       MakeContext make_context, Work work) {
  DWORD left = timeout_ms;
  if (!lock.try_lock()) {
    if (!is_open(entry, handle)) return fail(SHM_E_HANDLE);
    const WaitContext context = make_context(entry.calls.interrupts);
    const WaitEnd end = lock.lock(context);
    if (end != WaitEnd::none) return call_lock_refused(handle, end);
    left = context.left();
  }
  return work_and_unlock(entry, handle, lock, left, work);
}

// Calls work(Channel&, left) under a call lock. left: the time that remains of the context that
// make_context() gives, which is called only if the lock is not free.
template <CallLock Calls::*member, class MakeContext, class Work>
SHM_ALWAYS_INLINE int32_t with_call_lock_by(ShmChannel handle, DWORD timeout_ms, MakeContext&& make_context,
                                            Work&& work) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  CallLock& lock = entry->calls.*member;
  if (CallLock::Word* const word = lock.try_lock_favored()) [[likely]]
    return work_and_unlock(*entry, handle, *word, timeout_ms, work);
  return wait_and_work(*entry, handle, lock, timeout_ms, make_context, work);
}

template <CallLock Calls::*member, class Work>
SHM_ALWAYS_INLINE int32_t try_at_once(ShmChannel handle, Work&& work) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return kNotAtOnce;
  CallLock::Word* const word = (entry->calls.*member).try_lock_favored();
  if (word == nullptr) return kNotAtOnce;
  const int32_t status =
      is_open(*entry, handle) ? no_throw([&] { return work(*entry->channel); }) : kNotAtOnce;
  word->unlock_awake();
  return status;
}

template <CallLock Calls::*member, class Work>
SHM_ALWAYS_INLINE int32_t with_call_lock(ShmChannel handle, DWORD timeout_ms, Work&& work) {
  if (!is_timeout(timeout_ms)) return timeout_refused(timeout_ms);
  const auto make_context = [=](const Interrupts& interrupts) { return WaitContext(interrupts, timeout_ms); };
  return with_call_lock_by<member>(handle, timeout_ms, make_context, work);
}

template <CallLock Calls::*member, class Work>
int32_t with_call_lock_to_release(ShmChannel handle, Work&& work) {
  return with_call_lock_by<member>(handle, INFINITE, WaitContext::without_cancel,
                                   [&](Channel& channel, DWORD) { return work(channel); });
}

template <class Work>
int32_t with_guard(ShmChannel handle, Work&& work) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  AcquireSRWLockShared(&entry->guard);
  const int32_t status =
      is_open(*entry, handle) ? no_throw([&] { return work(*entry->channel); }) : fail(SHM_E_HANDLE);
  ReleaseSRWLockShared(&entry->guard);
  return status;
}

}  // namespace shmbroker::client
