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

#include "service/event_loop.h"
#include "service/identity.h"

namespace shmbroker::service {

class PipeServer {
 public:
  using ConnectionId = uint64_t;

  // Answers a request. pipe: the connection, to ask who the client is and to impersonate it. Writes the reply
  // and returns its size; 0 hangs up; kLater: reply() will be called.
  using Answer = std::function<size_t(ConnectionId connection, HANDLE pipe,
                                      std::span<const std::byte> request, std::span<std::byte> reply)>;
  static constexpr size_t kLater = SIZE_MAX;

  // Creates the pipe and begins to listen. identity: the service's. Throws Error, also where
  // another process serves the pipe already.
  PipeServer(EventLoop& loop, const Identity& identity, Answer answer);
  ~PipeServer();

  // Replies to a request whose answer was kLater; for nothing where the client has gone meanwhile. Not from within Answer.
  void reply(ConnectionId connection, std::span<const std::byte> reply);

  // Hangs up on clients whose time is over. Returns the milliseconds until the next one's is, or INFINITE.
  DWORD hang_up_late();

 private:
  class Connection;
  void listen(bool first);
  void keep_listening();
  void make_room();
  void finish(Connection& connection);

  EventLoop& loop_;
  Identity identity_;
  Answer answer_;
  std::list<std::unique_ptr<Connection>> connections_;
  size_t listening_ = 0;
  ConnectionId ids_ = 0;
};

}  // namespace shmbroker::service
