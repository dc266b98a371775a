// Statuses and exceptions of the C++ wrapper; see shmbroker.hpp.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "shmbroker/shmbroker.h"

namespace shmbroker {

// SHM_OK, SHM_S_… or SHM_E_….
using Status = int32_t;

// What this thread's last failed call is to tell people: what happened, to which channel, and what to do.
inline std::wstring error_text(Status status) {
  const std::wstring text = ShmLastErrorText();
  return text.empty() ? ShmErrorText(status) : text;
}

// A call has failed. what() is in UTF-8, text() the same in UTF-16.
class Error : public std::runtime_error {
 public:
  // In the thread of the failed call, before its next one.
  explicit Error(Status status)
      : std::runtime_error(*ShmLastErrorTextUtf8() != '\0' ? ShmLastErrorTextUtf8()
                                                           : ShmErrorTextUtf8(status)),
        status_(status),
        text_(error_text(status)) {}
  // Of a call that was never made.
  static Error of(Status status) { return {status, ShmErrorTextUtf8(status), ShmErrorText(status)}; }

  Status status() const noexcept { return status_; }
  const std::wstring& text() const noexcept { return text_; }

 private:
  Error(Status status, const char* utf8, const wchar_t* text)
      : std::runtime_error(utf8), status_(status), text_(text) {}

  Status status_;
  std::wstring text_;
};

// Throws Error for a negative status, and gives back any other.
inline Status check(Status status) {
  if (status < 0) throw Error(status);
  return status;
}

// Whether a read has found nothing: there was nothing until the time was up, or another thread read through
// the channel all the time.
constexpr bool is_nothing(Status status) noexcept { return status == SHM_E_EMPTY || status == SHM_E_TIMEOUT; }

}  // namespace shmbroker
