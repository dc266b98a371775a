// Who is at the other end of a connection. Found out when it connects, as far as that can be: later its pid
// may be another process's, and with dynamic tracking each write would show whomever the client acts as just
// then.
#pragma once

#include <windows.h>

#include <cstdint>
#include <functional>
#include <string>

#include "service/broker/client_watch.h"
#include "service/support/error.h"
#include "win/handle.h"

namespace shmbroker::service {

class PipeClient {
 public:
  PipeClient() = default;

  // How a process is opened by its id. A test has one of its own, for ids that come to mean another process.
  using OpenById = std::function<win::Handle(DWORD pid)>;

  // pipe: one that a client has just connected to.
  explicit PipeClient(HANDLE pipe, OpenById open = open_client);

  DWORD pid() const { return pid_; }

  // SID of the account that connected; "" where the client lets its token be seen only when it writes.
  const std::wstring& account() const { return account_; }

  // The token of the account that connected. Throws Error where there is none.
  const win::Handle& token() const;

  // The process that connected, and a handle to it that can be waited for. A client gives the service that
  // right when it has connected: so this may find it out later than the rest. Throws Error where it is gone
  // or can't be opened.
  HANDLE process();

  // Its program's file name; "" where that can't be told.
  std::wstring program();

  Client identity() const { return {pid_, created_}; }  // after process()

 private:
  bool open_process();
  Error has_ended() const;

  DWORD pid_ = 0;
  uint64_t connected_ = 0;  // as a FILETIME
  uint64_t created_ = 0;
  DWORD refused_ = 0;      // why there is no token
  bool has_left_ = false;  // before it was known who it is
  OpenById open_ = open_client;
  win::Handle token_;
  std::wstring account_;
  win::Handle process_;
};

}  // namespace shmbroker::service
