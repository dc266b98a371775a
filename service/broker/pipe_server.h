// The broker's pipe: local clients only, one request and one reply a connection, and a client that is slow or
// silent costs nobody but itself.
#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "protocol/pipe_message.h"
#include "service/broker/event_loop.h"
#include "service/broker/pipe_client.h"
#include "service/support/identity.h"

namespace shmbroker::service {

class PipeServer {
 public:
  using ConnectionId = uint64_t;
  static constexpr size_t kLater = SIZE_MAX;

  // What came of a request.
  struct Answer {
    size_t size = 0;  // of the reply; 0: none, the server hangs up; kLater: reply() will be called
    std::function<void()>
        undo;  // called once where the client does not acknowledge the reply; none: it need not
    // Called when it has acknowledged the reply, before it is told so. Throws nothing.
    std::function<void()> confirm;
    bool is_held = false;  // the reply is ready, and send_held() will be called, or reply() with another one
  };
  using Answerer = std::function<Answer(ConnectionId connection, PipeClient& client,
                                        std::span<const std::byte> request, std::span<std::byte> reply)>;

  struct Settings {
    std::wstring name = pipe::kPipeName;
    ULONGLONG patience = 5000;               // milliseconds for which a client may be silent
    ULONGLONG patience_of_answers = 60'000;  // for which it may wait for an answer that comes later
  };

  // Creates the pipe and begins to listen. identity: the service's. answer: called for each request. Throws
  // Error, also where another process serves the pipe already.
  PipeServer(EventLoop& loop, const Identity& identity, Answerer answer)
      : PipeServer(loop, identity, std::move(answer), Settings()) {}
  PipeServer(EventLoop& loop, const Identity& identity, Answerer answer, Settings settings);
  ~PipeServer();

  // Replies to a request whose answer was kLater, or held: what that one says is not so, and its undo and
  // confirm are not called. For nothing where the client has gone meanwhile. Not from within an Answerer.
  void reply(ConnectionId connection, std::span<const std::byte> reply);

  // Sends a reply that is held. As above.
  void send_held(ConnectionId connection);

  // Has the Answerer answer a request once more whose answer was kLater. Returns false where the client has
  // gone meanwhile. Not from within an Answerer.
  bool answer_again(ConnectionId connection);

  // Hangs up on clients whose time is over, or whose connection others wait for. Returns the milliseconds
  // until it wants to be called again, or INFINITE.
  DWORD close_expired();

 private:
  class Connection;
  void listen(bool first);
  void keep_listening();
  void keep_share(Connection& newest);
  ULONGLONG evict_connections(ULONGLONG now);
  void finish(Connection& connection);
  Connection* find(ConnectionId connection);

  EventLoop& loop_;
  Identity identity_;
  Answerer answer_;
  const Settings settings_;
  std::list<std::unique_ptr<Connection>> connections_;
  size_t listening_ = 0;
  ConnectionId ids_ = 0;
};

}  // namespace shmbroker::service
