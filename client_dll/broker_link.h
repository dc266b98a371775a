// Asks the broker something: connects to its pipe, makes sure that it is the broker, sends a request, reads
// the reply and hangs up. One connection a request, so that there is no state which the broker's death could
// leave stale.
#pragma once

#include <windows.h>

#include <string>

#include "core/layout.h"
#include "core/win/pipe_message.h"

namespace shmbroker::client {

// SID of the account that served the last successful exchange: the one that every object it names must belong
// to.
struct BrokerIdentity {
  std::wstring owner;
};

// The exchange itself, in bytes. reply_size: in, the size that a good reply has.
// Returns SHM_OK, or a failed status after fail().
int32_t exchange(const void* request, DWORD request_size, void* reply, DWORD reply_size, DWORD timeout_ms,
                 BrokerIdentity& identity);

// What the service said with a status that is not SHM_OK, as a failed status after fail().
int32_t refused(const pipe::ReplyHeader& reply);

// Fills in the header, exchanges, and hands on what the service refuses.
template <class Request, class Reply>
int32_t ask(Request& request, Reply& reply, DWORD timeout_ms, BrokerIdentity& identity) {
  request.header = {sizeof(Request), static_cast<uint32_t>(Request::kType), pipe::kProtocolVersion,
                    core::kLayoutVersion};
  const int32_t status = exchange(&request, sizeof request, &reply, sizeof reply, timeout_ms, identity);
  if (status != 0) return status;
  return reply.header.status == 0 ? 0 : refused(reply.header);
}

}  // namespace shmbroker::client
