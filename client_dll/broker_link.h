// Asks the broker something: connects to its pipe, makes sure that it is the broker, sends a request, reads
// the reply and hangs up. One connection a request, so that there is no state which the broker's death could
// leave stale.
#pragma once

#include <windows.h>

#include <functional>
#include <string>

#include "client_dll/closes.h"
#include "client_dll/deadline.h"
#include "core/layout.h"
#include "protocol/pipe_message.h"

namespace shmbroker::client {

// SID of the account that served the last successful exchange: the one that every object it names must belong
// to.
struct BrokerIdentity {
  std::wstring owner;
};

// Where a reply goes. One of an older service may be shorter, one of a newer service longer.
struct ReplyBuffer {
  void* bytes;
  DWORD size;
  DWORD first_size;  // the least that a good reply has
};

// Makes the reply empty: an older service's does not fill it.
template <class Reply>
ReplyBuffer buffer_of(Reply& reply) {
  reply = {};
  return {&reply, sizeof reply, Reply::kFirstSize};
}

// The exchange itself, in bytes. Where the service hangs up because too many ask at once, it is asked again:
// no request does harm if it comes twice, and an open that was not acknowledged is undone. Returns SHM_OK, or
// a failed status after fail().
int32_t exchange(const void* request, DWORD request_size, const ReplyBuffer& reply, const Deadline& deadline,
                 BrokerIdentity& identity);

// The same for an open: acknowledges a reply that says yes. Only then what it gave is ours. not_ours():
// called where the service may or may not have heard that; what it gave is to be given back.
int32_t exchange_open(const pipe::OpenRequest& request, pipe::OpenReply& reply, const Deadline& deadline,
                      BrokerIdentity& identity, const std::function<void()>& not_ours);

// What the service said with a status that is not SHM_OK, as a failed status after fail().
int32_t refused(const pipe::ReplyHeader& reply);

template <class Request>
void fill_header(Request& request) {
  request.header = {sizeof(Request), static_cast<uint32_t>(Request::kType), pipe::kProtocolVersion,
                    core::kLayoutVersion};
}

// Repeats what was closed and not answered, fills in the header, exchanges, and hands on what the service
// refuses.
template <class Request, class Reply>
int32_t ask(Request& request, Reply& reply, DWORD timeout_ms, BrokerIdentity& identity) {
  const Deadline deadline(timeout_ms);
  repeat_closes(deadline);
  fill_header(request);
  const int32_t status = exchange(&request, sizeof request, buffer_of(reply), deadline, identity);
  if (status != 0) return status;
  return reply.header.status == 0 ? 0 : refused(reply.header);
}

}  // namespace shmbroker::client
