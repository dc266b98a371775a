// Giving slots back. A close is never lost: one that the service has not answered is repeated until it is
// answered, from a thread of the pool and before each further request of this process.
#pragma once

#include <memory>

#include "client_dll/deadline.h"
#include "protocol/pipe_message.h"

namespace shmbroker::client {

// The slots of a handle that are to be given back. Made when it is taken, so that giving it back needs no
// memory.
struct Close {
  pipe::CloseRequest request{};
  Close* next = nullptr;
};

// Gives the slots back. Returns when the service has answered, or when the time is up, or at once where it
// has just not answered another one; then the close is repeated later, and the module stays loaded until it
// is answered. Leaves ShmLastErrorText as it is.
void give_back(std::unique_ptr<Close> close, DWORD timeout_ms) noexcept;

// The same without a try now.
void give_back_later(std::unique_ptr<Close> close) noexcept;

// Repeats what the service has not answered, in the time there is: what is asked for next may need those
// slots. Leaves ShmLastErrorText as it is.
void repeat_closes(const Deadline& deadline) noexcept;

// From now on, no close is kept for later: the module is being unloaded. For DllMain.
void keep_no_closes() noexcept;

}  // namespace shmbroker::client
