#include "client_dll/last_error.h"

#include <windows.h>

#include <atomic>

namespace shmbroker::client {
namespace {

// An index of the fibers' local storage: it alone calls back when a thread ends, and for every thread when it
// is freed. relaxed throughout: nothing but the number is read on the strength of it.
std::atomic<DWORD> index{FLS_OUT_OF_INDEXES};

void NTAPI free_reason(void* reason) { HeapFree(GetProcessHeap(), 0, reason); }

DWORD made_index() {
  const DWORD known = index.load(std::memory_order_relaxed);
  if (known != FLS_OUT_OF_INDEXES) return known;
  const DWORD made = FlsAlloc(free_reason);
  if (made == FLS_OUT_OF_INDEXES) return made;
  DWORD other = FLS_OUT_OF_INDEXES;
  if (index.compare_exchange_strong(other, made, std::memory_order_relaxed)) return made;
  FlsFree(made);  // another thread was quicker
  return other;
}

}  // namespace

Reason* known_reason() noexcept {
  const DWORD known = index.load(std::memory_order_relaxed);
  return known == FLS_OUT_OF_INDEXES ? nullptr : static_cast<Reason*>(FlsGetValue(known));
}

Reason* reason_of_thread() noexcept {
  const DWORD known = made_index();
  if (known == FLS_OUT_OF_INDEXES) return nullptr;
  if (void* there = FlsGetValue(known)) return static_cast<Reason*>(there);
  // The process's heap: it stays usable to the last, when other threads have been ended wherever they were.
  void* const made = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(Reason));
  if (made == nullptr) return nullptr;
  if (FlsSetValue(known, made)) return static_cast<Reason*>(made);
  HeapFree(GetProcessHeap(), 0, made);
  return nullptr;
}

void free_reasons() noexcept {
  const DWORD known = index.exchange(FLS_OUT_OF_INDEXES, std::memory_order_relaxed);
  if (known != FLS_OUT_OF_INDEXES) FlsFree(known);
}

}  // namespace shmbroker::client
