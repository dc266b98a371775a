// What accounts are called, looked up on the worker's thread, and the requests that wait for it: answered
// again from their start when the names are known, or after a second without them.
#pragma once

#include <windows.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "service/broker/account_names.h"
#include "service/broker/pipe_server.h"
#include "service/broker/worker.h"

namespace shmbroker::service {

class AwaitedNames {
 public:
  // Answers a request again; returns false where its client has gone.
  using Answer = std::function<bool(PipeServer::ConnectionId)>;

  explicit AwaitedNames(Worker& worker) : worker_(worker) {}

  // To be called before wait().
  void set_answer(Answer answer) { answer_ = std::move(answer); }

  // What an account is called, by its SID. Nothing: it is not known yet, and wait() has it looked up.
  std::optional<std::wstring> find(const std::wstring& sid) { return names_.find(sid, GetTickCount64()); }

  // The same for the log, which does not wait for it: the SID where the name is not known yet.
  std::wstring known_name(const std::wstring& sid);

  // Has the names looked up, on the worker's thread, that find() did not know, and the request answered again
  // then. It must have done nothing yet.
  void wait(PipeServer::ConnectionId connection);

  // Of a request that is being answered: whether it has waited, and whether it may go on waiting. However
  // often it is answered again, it waits for kPatience in all.
  bool has_waited(PipeServer::ConnectionId connection) const { return waiting_.contains(connection); }
  bool may_wait(PipeServer::ConnectionId connection) const;
  void end_wait(PipeServer::ConnectionId connection) { waiting_.erase(connection); }

  // Answers no more. Look-ups that are under way still end.
  void stop() { waiting_.clear(); }

  // Answers those that have waited long enough. Returns the milliseconds until it wants to be called again,
  // or INFINITE.
  DWORD answer_late();

 private:
  void look_up();
  void answer_due(ULONGLONG now);

  Worker& worker_;
  Answer answer_;
  AccountNames names_;
  // Until when, in GetTickCount64's time.
  std::map<PipeServer::ConnectionId, ULONGLONG> waiting_;
};

}  // namespace shmbroker::service
