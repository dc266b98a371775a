// What ShmLastErrorText says, for each thread. No thread_local: a DLL that comes and goes must give back what
// it has for threads that live on, and thread_local of MinGW-w64 keeps an index of the process for each time
// that it was loaded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace shmbroker::client {

// The sentence of a status. They are never freed.
struct StatusText {
  int32_t status;
  const wchar_t* text;
  const char* utf8;
};

struct Reason {
  static constexpr size_t kUnits = 512;  // with the zero
  // Whose sentence it is: a program that polls fails again and again, and nothing is copied. Null: it has a
  // text of its own.
  const StatusText* standing;
  wchar_t text[kUnits];
  char utf8[3 * kUnits];
  int32_t refusal;  // the code of the last refusal by a server
};

// This thread's, empty at first. NULL: there is no memory for it.
Reason* reason_of_thread() noexcept;

// The same if there is one already, else NULL.
Reason* known_reason() noexcept;

// Frees those of all threads. Only where the DLL is unloaded: no call of it may be under way.
void free_reasons() noexcept;

}  // namespace shmbroker::client
