#include "ctrl_c.h"

#include <atomic>

#include "exit_code.h"

namespace samples {
namespace {

// Windows calls the handler in a thread of its own, without a context, and perhaps still while the process
// ends: so nothing here is ever freed.
const HANDLE pressed = CreateEventW(nullptr, TRUE, FALSE, nullptr);
const HANDLE has_left = CreateEventW(nullptr, TRUE, FALSE, nullptr);
// relaxed, everywhere: stored before there is a handler, and nothing else is read on the strength of it.
std::atomic<ShmChannel> reading{0};

BOOL WINAPI on_control(DWORD event) {
  if (WaitForSingleObject(pressed, 0) == WAIT_OBJECT_0) return FALSE;
  SetEvent(pressed);
  // Ends the read that waits now, and one that is about to wait.
  ShmSetCancelled(reading.load(std::memory_order_relaxed), 1);
  // When the console closes, Windows ends the process as soon as this returns.
  const bool is_key = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  if (!is_key) WaitForSingleObject(has_left, INFINITE);
  return TRUE;
}

BOOL WINAPI exit_on_control(DWORD) { ExitProcess(kDone); }

}  // namespace

void exit_at_ctrl_c() { SetConsoleCtrlHandler(exit_on_control, TRUE); }

CtrlC::CtrlC(const shmbroker::Channel& channel) {
  reading.store(channel.handle(), std::memory_order_relaxed);
  SetConsoleCtrlHandler(on_control, TRUE);
}

CtrlC::~CtrlC() {
  SetEvent(has_left);
  SetConsoleCtrlHandler(on_control, FALSE);
}

HANDLE CtrlC::event() const { return pressed; }

bool CtrlC::was_pressed() const { return WaitForSingleObject(pressed, 0) == WAIT_OBJECT_0; }

}  // namespace samples
