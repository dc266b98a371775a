// How Ctrl-C, the closing of the console and the user's logging off end the programs: as done.
#pragma once

#include <windows.h>

#include "shmbroker/shmbroker.hpp"

namespace samples {

// For a sender: ends the process at once. A message that was half written then never was.
void exit_at_ctrl_c();

// For a receiver, which prints what it has taken before it ends: ends its waits. One at a time in a process.
// Ctrl-C a second time ends the process at once.
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
