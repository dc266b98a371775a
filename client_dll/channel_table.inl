// The templates of channel_table.h.
#pragma once

#include <new>

#include "client_dll/errors.h"

namespace shmbroker::client {

// Nothing throws across the C boundary.
template <class Work>
int32_t no_throw(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail(SHM_E_MEMORY);
  } catch (...) {
    return fail(SHM_E_SYSTEM);
  }
}

int32_t turn_refused(ShmChannel handle, WaitEnd end);

// Calls work(Channel&, left) with a turn. left: the time that remains of the patience that make_patience() gives, which
// is asked only if the turn is not free.
template <Turn Calls::*turn, class MakePatience, class Work>
int32_t with_turn_by(ShmChannel handle, DWORD timeout_ms, MakePatience&& make_patience, Work&& work) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  Turn& mine = entry->calls.*turn;
  DWORD left = timeout_ms;
  if (!mine.try_enter()) {
    if (!is_open(*entry, handle)) return fail(SHM_E_HANDLE);
    const Patience patience = make_patience(entry->calls.interrupts);
    const WaitEnd end = mine.enter(patience);
    if (end != WaitEnd::none) return turn_refused(handle, end);
    left = patience.left();
  }
  const int32_t status =
      is_open(*entry, handle) ? no_throw([&] { return work(*entry->channel, left); }) : fail(SHM_E_HANDLE);
  mine.leave();
  return status;
}

template <Turn Calls::*turn, class Work>
int32_t with_turn(ShmChannel handle, DWORD timeout_ms, Work&& work) {
  return with_turn_by<turn>(
      handle, timeout_ms, [=](const Interrupts& interrupts) { return Patience(interrupts, timeout_ms); },
      work);
}

template <Turn Calls::*turn, class Work>
int32_t with_turn_to_give_back(ShmChannel handle, Work&& work) {
  return with_turn_by<turn>(handle, INFINITE, Patience::without_cancel,
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
