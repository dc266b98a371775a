// What clients ask of the broker over its pipe: each request goes to the handler of its kind, within the rate
// that a process may ask at, and what stands against it becomes the reply.
#pragma once

#include <windows.h>

#include <cstddef>
#include <functional>
#include <span>

#include "protocol/pipe_message.h"
#include "service/broker/awaited_names.h"
#include "service/broker/caller.h"
#include "service/broker/client_log.h"
#include "service/broker/close_handler.h"
#include "service/broker/event_loop.h"
#include "service/broker/flush_handler.h"
#include "service/broker/inspect_handler.h"
#include "service/broker/open_handler.h"
#include "service/broker/pipe_server.h"
#include "service/broker/rate_limit.h"
#include "service/broker/refusal.h"
#include "service/broker/service_counts.h"
#include "service/support/identity.h"

namespace shmbroker::service {

class RequestHandler {
 public:
  struct Handlers {
    OpenHandler& open;
    CloseHandler& close;
    FlushHandler& flush;
    InspectHandler& inspect;
  };

  // Creates the pipe: from here on clients can come. The references must outlive it. Throws Error.
  RequestHandler(const Handlers& handlers, EventLoop& loop, const Identity& identity, AwaitedNames& names,
                 ClientLog& log, ServiceCounts& counts);

  // No request that waits for a name is answered any more.
  void stop() { names_.stop(); }

  // Answers, or hangs up on, those whose time has come. Returns the milliseconds until it wants to be called
  // again, or INFINITE.
  DWORD answer_late();

 private:
  PipeServer::Answer answer(PipeServer::ConnectionId connection, PipeClient& client,
                            std::span<const std::byte> request, std::span<std::byte> reply);
  PipeServer::Answer carry_out(PipeServer::ConnectionId connection, PipeClient& client,
                               const pipe::RequestHeader& request, pipe::ReplyHeader& reply,
                               const std::function<void(Caller&)>& work);
  void check(const pipe::RequestHeader& request, const Caller& caller, bool is_repeated);
  std::string words_of(PipeClient& client);
  void count(const Refusal& refusal, const std::string& text);
  void log_about(const PipeClient& client, ClientLog::Level level, const std::string& text);

  Handlers handlers_;
  AwaitedNames& names_;
  ClientLog& log_;
  ServiceCounts& counts_;
  RateLimit rate_;
  PipeServer pipe_;
};

}  // namespace shmbroker::service
