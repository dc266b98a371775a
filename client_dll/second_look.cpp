#include "client_dll/second_look.h"

#include <cstring>

#include "core/store_order.h"

namespace shmbroker::client {

bool SecondLook::begin() {
  // acquire: pairs with the one below, by whichever thread.
  if (!core::kSleepersLookTwice || timer_.load(std::memory_order_acquire) != nullptr) return true;
  const PTP_TIMER made = CreateThreadpoolTimer(due, this, nullptr);
  if (made == nullptr) return false;
  // release: pairs with the acquire in request().
  PTP_TIMER expected = nullptr;
  if (!timer_.compare_exchange_strong(expected, made, std::memory_order_acq_rel)) CloseThreadpoolTimer(made);
  return true;
}

void SecondLook::request() {
  if (!core::kSleepersLookTwice) return;
  // seq_cst, as all of requests_, requests_then_ and is_set_ here, in set_timer() and in due(): either the
  // callback sees this request, or we see that the timer is not set.
  requests_.fetch_add(1, std::memory_order_seq_cst);
  if (!is_set_.exchange(true, std::memory_order_seq_cst)) set_timer(timer_.load(std::memory_order_acquire));
}

void SecondLook::set_timer(PTP_TIMER timer) {
  requests_then_.store(requests_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
  const LONGLONG due = -10'000 * static_cast<LONGLONG>(core::kSecondLookMs);  // negative: from now, in 100 ns
  FILETIME time;
  std::memcpy(&time, &due, sizeof time);
  // It may come a little late, together with others.
  SetThreadpoolTimer(timer, &time, 0, core::kSecondLookMs / 2);
}

void CALLBACK SecondLook::due(PTP_CALLBACK_INSTANCE, void* self, PTP_TIMER timer) {
  auto& second_look = *static_cast<SecondLook*>(self);
  const uint32_t then = second_look.requests_then_.load(std::memory_order_seq_cst);
  if (second_look.requests_.load(std::memory_order_seq_cst) == then) {
    second_look.look_(second_look.context_);
    second_look.is_set_.store(false, std::memory_order_seq_cst);
    if (second_look.requests_.load(std::memory_order_seq_cst) == then ||
        second_look.is_set_.exchange(true, std::memory_order_seq_cst))
      return;
  }
  second_look.set_timer(timer);
}

void SecondLook::end() {
  const PTP_TIMER timer = timer_.exchange(nullptr, std::memory_order_acq_rel);
  if (timer == nullptr) return;
  // A callback that runs now may set the timer once more, after the first of these.
  for (int i = 0; i < 2; ++i) {
    SetThreadpoolTimer(timer, nullptr, 0, 0);
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
  }
  CloseThreadpoolTimer(timer);
}

}  // namespace shmbroker::client
