#include "client_dll/service_calls.h"

#include <algorithm>

#include "client_dll/channel_table.h"
#include "core/store_order.h"

namespace shmbroker::client {
namespace {

// SUBTLE: an interrupt that comes between a thread's look at its context and its sleep wakes nobody.
constexpr DWORD kLookAgain = 250;  // milliseconds
// SUBTLE: who ends a call looks without a fence whether somebody waits for its room, see store_order.h; and a
// server that drops its answer makes room and tells nobody.
constexpr DWORD kLookForRoom = core::kSecondLookMs;

int32_t unknown_call() {
  return fail(
      SHM_E_ARGUMENT,
      L"no call with this token is under way through this handle; give the one that ShmCallBegin gave, "
      L"and not after the call has ended");
}

int32_t closed_meanwhile() {
  return fail(SHM_E_CLOSED, L"this handle was closed while a call waited for its answer; open it again");
}

int32_t look(ShmChannel handle, uint64_t token, const Destination& answer, size_t& size, bool spins) {
  return with_guard(handle, [&](Channel& open) { return open.look_at_call(token, answer, size, spins); });
}

// One thread's wait for its call. Returns SHM_OK: look again.
int32_t share_wait(ShmChannel handle, Entry& entry, uint64_t token, uint32_t seen,
                   const WaitContext& context) {
  Calls& calls = entry.calls;
  if (calls.reading.try_lock()) {
    const int32_t status = is_open(entry, handle)
                               ? no_throw([&] { return entry.channel->sleep_for_answer(token, context); })
                               : fail(SHM_E_HANDLE);
    calls.reading.unlock();
    calls.answers.announce();  // one of the others sleeps next
    return status;
  }
  const WaitEnd end = context.end();
  if (end == WaitEnd::timeout) return SHM_E_EMPTY;
  if (end != WaitEnd::none) return call_lock_refused(handle, end);
  calls.answers.wait(seen, std::min(context.left(), kLookAgain));
  return SHM_OK;
}

int32_t wait_for_answer(ShmChannel handle, uint64_t token, const Destination& answer, size_t& size,
                        DWORD timeout_ms) {
  Entry* const entry = entry_of(handle);
  if (entry == nullptr) return fail(SHM_E_HANDLE);
  const WaitContext context(entry->calls.interrupts, timeout_ms);
  const SharedWait::Member member(entry->calls.answers);
  for (;;) {
    const uint32_t seen = entry->calls.answers.look();
    int32_t status = look(handle, token, answer, size, false);
    if (status == SHM_E_HANDLE) return closed_meanwhile();
    // Another thread has given it up meanwhile.
    if (status == SHM_E_ARGUMENT)
      return fail(SHM_E_CANCELLED, L"another thread has ended this call, or given it up");
    if (status != SHM_E_EMPTY) return status;
    status = share_wait(handle, *entry, token, seen, context);
    if (status != SHM_OK) return status;
  }
}

// begin(channel): begins a call, or returns SHM_E_FULL.
template <class Begin>
int32_t begin_when_free(ShmChannel handle, DWORD timeout_ms, Begin&& begin) {
  const auto try_to_begin = [&] {
    return with_call_lock<&Calls::writing>(handle, timeout_ms,
                                           [&](Channel& open, DWORD) { return begin(open); });
  };
  int32_t status = try_to_begin();
  if (status != SHM_E_FULL) return status;
  Entry* const entry = entry_of(handle);
  const WaitContext context(entry->calls.interrupts, timeout_ms);
  const SharedWait::Member member(entry->calls.room);
  for (;;) {
    const uint32_t seen = entry->calls.room.look();
    status = try_to_begin();
    if (status == SHM_E_HANDLE) return closed_meanwhile();
    if (status != SHM_E_FULL) return status;
    const WaitEnd end = context.end();
    if (end == WaitEnd::timeout) {
      return fail(
          SHM_E_FULL,
          L"as many calls are under way through this handle as the service lets it have; end some, or "
          L"raise max_calls in shmbroker.json");
    }
    if (end != WaitEnd::none) return call_lock_refused(handle, end);
    entry->calls.room.wait(seen, std::min(context.left(), kLookForRoom));
  }
}

}  // namespace

int32_t begin_call(ShmChannel handle, std::span<const std::byte> request, uint64_t& token, DWORD timeout_ms) {
  return begin_when_free(handle, timeout_ms, [&](Channel& open) { return open.begin_call(request, token); });
}

int32_t loan_call(ShmChannel handle, size_t size, void*& memory, uint64_t& token, DWORD timeout_ms) {
  return begin_when_free(handle, timeout_ms,
                         [&](Channel& open) { return open.loan_call(size, memory, token); });
}

int32_t commit_call(ShmChannel handle, uint64_t token, size_t size) {
  const int32_t status = with_guard(handle, [&](Channel& open) { return open.commit_call(token, size); });
  return status == SHM_E_ARGUMENT ? unknown_call() : status;
}

int32_t release_call(ShmChannel handle, uint64_t token) {
  const int32_t status = with_guard(handle, [&](Channel& open) { return open.release_call(token); });
  return status == SHM_E_ARGUMENT ? unknown_call() : status;
}

int32_t end_call(ShmChannel handle, uint64_t token, const Destination& answer, size_t& size,
                 DWORD timeout_ms) {
  int32_t status = look(handle, token, answer, size, timeout_ms != 0);
  if (status == SHM_E_ARGUMENT) return unknown_call();
  if (status == SHM_E_EMPTY && timeout_ms != 0) {
    SwitchToThread();  // where client and server share a processor, this is what lets the server answer
    status = wait_for_answer(handle, token, answer, size, timeout_ms);
  }
  if (status != SHM_E_EMPTY) return status;
  return fail(SHM_E_EMPTY, L"no answer has come yet; wait longer, or give the call up with ShmCallCancel");
}

int32_t cancel_call(ShmChannel handle, uint64_t token) {
  const int32_t status = with_guard(handle, [&](Channel& open) {
    const int32_t given_up = open.give_up_call(token);
    open.interrupt_waits();
    return given_up;
  });
  if (status == SHM_E_ARGUMENT) return unknown_call();
  if (status != SHM_E_UNANSWERED) return status;
  return fail(status,
              L"a server had taken the call already; what it does is done, and its answer is dropped");
}

int32_t call(ShmChannel handle, std::span<const std::byte> request, std::span<std::byte> answer, size_t& size,
             DWORD timeout_ms) {
  const Deadline deadline(timeout_ms);
  uint64_t token = 0;
  int32_t status = begin_call(handle, request, token, timeout_ms);
  if (status != SHM_OK) return status;
  status = end_call(handle, token, {.buffer = answer}, size, deadline.left());
  if (status == SHM_OK || status == SHM_E_REFUSED || status == SHM_E_PEER_DIED) return status;
  if (status == SHM_E_HANDLE) return closed_meanwhile();
  const auto give_up = [&] {
    return with_guard(handle, [&](Channel& open) { return open.give_up_call(token); });
  };
  if (status == SHM_E_EMPTY) {
    if (give_up() == SHM_OK) {
      return fail(
          SHM_E_TIMEOUT,
          L"no server took the call until the time was up, and none will: it may be made again; start a "
          L"server, or wait longer");
    }
    return fail(
        SHM_E_UNANSWERED,
        L"a server took the call and had not answered it when the time was up; its answer is dropped. Call "
        L"again only what may be done twice, or wait longer");
  }
  const KeepReason reason;
  give_up();
  return status;
}

}  // namespace shmbroker::client
