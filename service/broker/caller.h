// The client that sent a request: its account and process, and how it gets a reply that is not ready at once.
#pragma once

#include <windows.h>

#include <exception>
#include <functional>
#include <span>
#include <string>

#include "service/broker/awaited_names.h"
#include "service/broker/pipe_client.h"
#include "service/broker/pipe_server.h"
#include "win/text.h"

namespace shmbroker::service {

// Thrown where a request lacks what accounts are called: see AwaitedNames.
struct NamesAwaited {};

class Caller {
 public:
  // Throws Error where the client does not let its account be known.
  Caller(PipeServer::ConnectionId connection, PipeClient& client, PipeServer& pipe, AwaitedNames& names)
      : client_(client), token_(client.token()), connection_(connection), pipe_(pipe), names_(names) {}

  DWORD pid() const { return client_.pid(); }
  HANDLE token() const { return token_.get(); }
  const std::wstring& account() const { return client_.account(); }  // its SID
  // Throws Error where the process is gone or can't be opened.
  HANDLE process() { return client_.process(); }
  Client identity() const { return client_.identity(); }  // after process()

  // SYSTEM or an administrator, with the rights of one.
  bool is_administrator() const;

  // What an account is called. "" where that is not known yet: await_names() then has the request answered
  // again. Its SID where the request has waited long enough.
  std::wstring name_of(const std::wstring& sid);
  // Throws NamesAwaited where names were lacking. Nothing that the request asks for may have been done
  // before.
  void await_names() const {
    if (lacks_names_) throw NamesAwaited();
  }
  // The caller's own name. Throws NamesAwaited.
  std::string name();

  // The reply comes later, through what this returns; from the loop's thread.
  std::function<void(std::span<const std::byte>)> answer_later();
  bool is_answered_later() const { return is_answered_later_; }

  // What the client is to acknowledge of a reply that is no refusal: see PipeServer::Answer.
  void on_acknowledged(std::function<void()> confirm, std::function<void()> undo) {
    confirm_ = std::move(confirm);
    undo_ = std::move(undo);
  }
  // Holds the reply until what this returns is called: with null to send it, else with what has gone wrong.
  // From the loop's thread, and later.
  std::function<void(const std::exception_ptr& failure)> hold_reply();

  // The answer with a reply of this size.
  PipeServer::Answer answer(size_t size) { return {size, std::move(undo_), std::move(confirm_), is_held_}; }

 private:
  PipeClient& client_;
  const win::Handle& token_;
  const PipeServer::ConnectionId connection_;
  PipeServer& pipe_;
  AwaitedNames& names_;
  bool lacks_names_ = false;
  bool is_answered_later_ = false;
  bool is_held_ = false;
  std::function<void()> confirm_;
  std::function<void()> undo_;
};

}  // namespace shmbroker::service
