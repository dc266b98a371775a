// Statuses with their reasons: what goes to the caller, and what ShmLastErrorText will say.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "client_dll/last_error.h"
#include "shmbroker/shmbroker.h"

namespace shmbroker::client {

// Remembers why this call fails, for ShmLastErrorText, and returns the status. text: what happened, to which
// channel; and after a semicolon what to do, as programs in every language show it to people. It gets its
// full stop here, and after it the Win32 error behind it, unless that is 0. Never throws: where there is no
// memory for the text, the status must do.
int32_t fail(int32_t status, const std::wstring& text, DWORD win32 = 0) noexcept;

// As above, with the status's own sentence.
int32_t fail(int32_t status) noexcept;

// Remembers the code with which a server has refused this thread's call, for ShmLastRefusal.
void note_refusal(int32_t code) noexcept;

// Whether it is one of the SHM_E_ statuses.
bool is_error(int32_t status) noexcept;

// Keeps this thread's reason over a scope whose own failures are nobody's concern.
class KeepReason {
 public:
  KeepReason() noexcept;
  ~KeepReason();
  KeepReason(const KeepReason&) = delete;
  KeepReason& operator=(const KeepReason&) = delete;

 private:
  std::optional<Reason> reason_;
};

}  // namespace shmbroker::client
