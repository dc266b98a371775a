// Handles: a slot of a fixed table and a generation, so that a stale or forged one is found out and never
// followed.
#pragma once

#include <memory>
#include <type_traits>

#include "client_dll/channel.h"

namespace shmbroker::client {

inline constexpr uint32_t kTableBits =
    12;  // 4,096 open channels a process; the other 20 bits count generations

// What stands behind a handle. Entries are never freed, so that even a stale handle may be looked at.
struct Entry {
  // 0 while nothing is open here. Read under a call lock or the guard; changed under all three.
  std::atomic<uint32_t> generation{0};
  uint32_t uses = 0;                    // how often it was opened; for the thread that has reserved it
  Channel* channel = nullptr;           // the entry's own, until ShmClose
  std::atomic<bool> has_closer{false};  // a thread is in ShmClose
  Calls calls;
  SRWLOCK guard = SRWLOCK_INIT;  // shared by calls that need neither call lock; exclusive in ShmClose
};
static_assert(std::is_trivially_destructible_v<Entry>, "at the process's end nothing is to happen");

// Opens into a free entry. Returns a status; failed after fail().
int32_t open_entry(const std::wstring& name, const ShmOptions& options, ShmChannel& handle);

int32_t close_entry(ShmChannel handle);

// Closes what is open, where the DLL is unloaded: no call of it is under way, and none may be waited for.
void close_all_at_unload() noexcept;

int32_t cancel_entry(ShmChannel handle);
int32_t set_cancelled_entry(ShmChannel handle, bool is_cancelled);

// The entry of a handle, or NULL if it can't be one. The generation is still to be checked, with is_open().
Entry* entry_of(ShmChannel handle);
bool is_open(const Entry& entry, ShmChannel handle);

// For what most calls are, and only where nothing is to be waited for: returns the status of work(Channel&),
// which is called under a call lock. kNotAtOnce, from it or without calling it: nothing was done, and the
// caller goes the way of all other calls.
template <CallLock Calls::*member, class Work>
int32_t try_at_once(ShmChannel handle, Work&& work);

// Calls work(Channel&, left) under a call lock, which it waits for. left: what the wait has left of the time.
template <CallLock Calls::*member, class Work>
int32_t with_call_lock(ShmChannel handle, DWORD timeout_ms, Work&& work);

// Calls work(Channel&) under a call lock, to give something back. No ShmCancel ends that: a handle that holds
// something gets the lock soon.
template <CallLock Calls::*member, class Work>
int32_t with_call_lock_to_release(ShmChannel handle, Work&& work);

// Calls work(Channel&) beside whatever reads and writes.
template <class Work>
int32_t with_guard(ShmChannel handle, Work&& work);

}  // namespace shmbroker::client

#include "client_dll/channel_table.inl"
