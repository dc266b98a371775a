// The second look of core/store_order.h for a reader whose event is waited for elsewhere: by the program, or
// by the pool that posts to its window. A thread of the pool looks, some time after the reader was marked
// last.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

namespace shmbroker::client {

class SecondLook {
 public:
  using Look = void (*)(void* context);

  // look: called on a thread of the pool. It must not wait, nor need the loader: end() may come from an
  // unload.
  SecondLook(Look look, void* context) : look_(look), context_(context) {}
  ~SecondLook() { end(); }
  SecondLook(const SecondLook&) = delete;
  SecondLook& operator=(const SecondLook&) = delete;

  // Makes ready for request(). Returns false if that can't be had; GetLastError() tells why. From any thread.
  bool begin();

  // For who has marked the reader and found nothing: has it looked at again. From any thread, after begin().
  void request();

  // Nothing is looked at after this has returned.
  void end();

 private:
  static void CALLBACK due(PTP_CALLBACK_INSTANCE, void* self, PTP_TIMER timer);
  void set_timer(PTP_TIMER timer);

  const Look look_;
  void* const context_;
  std::atomic<PTP_TIMER> timer_{nullptr};
  // Requests so far, and how many there were when the timer was set: one that came later is looked at later.
  std::atomic<uint32_t> requests_{0};
  std::atomic<uint32_t> requests_then_{0};
  std::atomic<bool> is_set_{false};  // who sets it has the timer
};

}  // namespace shmbroker::client
