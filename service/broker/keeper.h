// A second process that does nothing but hold a handle to each channel's sections, mutex, and lock and space
// events, so that what is in an idle channel is still there when a killed broker has been started again, and
// nobody else has its names. It takes no input from anybody. It outlives the broker that started it only
// where the state file names it: another one ends with that broker, or nobody would ever end it.
#pragma once

#include <windows.h>

#include <cstdint>

#include "service/broker/client_watch.h"
#include "service/support/identity.h"
#include "win/handle.h"

namespace shmbroker::service {

class Keeper {
 public:
  // Starts it: this exe, with the command "keep". identity: the service's, whose successor is to be able to
  // end it. Throws Error.
  explicit Keeper(const Identity& identity);

  // Ends it. To leave it behind takes the broker's death.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  Client process() const;
  HANDLE handle() const { return process_.get(); }

  // From now on it outlives this process. The state file must name it by then, and it must hold nothing
  // before. Throws Error.
  void outlive_us();

  // Gives it a handle to an object. Returns its name over there, for release(). Throws Error.
  HANDLE hold(HANDLE section);
  void release(HANDLE held);

  // Ends the keeper of an earlier broker. created: its creation time, as a pid alone may be another's by now.
  static void end(DWORD pid, uint64_t created);

  // What the keeper does. maker: the broker's process. outlives: an event, set by outlive_us(). Both were
  // inherited.
  [[noreturn]] static void keep(HANDLE maker, HANDLE outlives);

 private:
  win::Handle outlives_;
  win::Handle process_;
  DWORD pid_ = 0;
};

}  // namespace shmbroker::service
