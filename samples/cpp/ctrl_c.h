// Ends a receiver cleanly at Ctrl-C, when its console is closed, and when the user logs off.
#pragma once

#include <windows.h>

#include "shmbroker/shmbroker.hpp"

namespace samples {

// One at a time in a process. Ctrl-C a second time ends the process at once.
class CtrlC {
 public:
  explicit CtrlC(const shmbroker::Channel& channel);
  ~CtrlC();
  CtrlC(const CtrlC&) = delete;
  CtrlC& operator=(const CtrlC&) = delete;

  // Set at the first Ctrl-C, and from then on.
  HANDLE event() const;
  bool was_pressed() const;
};

}  // namespace samples
