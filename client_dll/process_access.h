// Who may watch this process: the service learns of its death from a handle to it, and an account such as
// LocalService may not open every process.
#pragma once

#include <string>

namespace shmbroker::client {

// Lets an account wait for this process and ask for its identity, and no more. The list of the process gets
// one entry, once; where it lets that account do so already, it is not touched. Where that fails, the service
// says so. owner: SID, as text. From any thread.
void let_broker_watch(const std::wstring& owner);

}  // namespace shmbroker::client
