#include "service/broker/pipe_client.h"

#include <exception>
#include <utility>

#include "win/process.h"
#include "win/security.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

// Acts as the client for as long as it lives.
class Impersonation {
 public:
  explicit Impersonation(HANDLE pipe) : begun_(ImpersonateNamedPipeClient(pipe)) {}
  ~Impersonation() {
    // A thread that can't become itself again must not go on as somebody else.
    if (begun_ && !RevertToSelf()) std::terminate();
  }
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;
  explicit operator bool() const { return begun_ != FALSE; }

 private:
  BOOL begun_;
};

// Empty means GetLastError. With static tracking, which our DLL asks for, the pipe knows the client's token
// from the moment that it connects. With dynamic tracking it knows it from a write on, and that token may be
// one that the client has from somebody else, to identify him by.
win::Handle token_of(HANDLE pipe) {
  HANDLE token = nullptr;
  DWORD error = ERROR_SUCCESS;
  {
    const Impersonation impersonation(pipe);
    // TRUE: opened as the service; the client's own rights don't have to reach that far.
    if (!impersonation || !OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) {
      error = GetLastError();
    }
  }
  SetLastError(error);
  return win::Handle(token);
}

}  // namespace

PipeClient::PipeClient(HANDLE pipe, OpenById open)
    : connected_(win::now()), open_(std::move(open)), token_(token_of(pipe)) {
  refused_ = token_ ? ERROR_SUCCESS : GetLastError();
  if (token_) account_ = win::token_user(token_.get());
  if (GetNamedPipeClientProcessId(pipe, &pid_)) open_process();
  // While its end of the pipe is open it has not ended, and what was opened is not a later process with its
  // pid.
  has_left_ = !PeekNamedPipe(pipe, nullptr, 0, nullptr, nullptr, nullptr);
  if (has_left_) process_.reset();
}

const win::Handle& PipeClient::token() const {
  if (token_) return token_;
  if (refused_ != ERROR_CANNOT_IMPERSONATE) throw win32_error("cannot find out who the client is", refused_);
  throw Error("process " + std::to_string(pid_) +
                  " connects with SECURITY_CONTEXT_TRACKING, and so may show the token of somebody else; "
                  "connect with "
                  "SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, as shmclient.dll does",
              refused_);
}

bool PipeClient::open_process() {
  process_ = open_(pid_);
  if (process_) created_ = creation_time(process_.get());
  return static_cast<bool>(process_);
}

std::wstring PipeClient::program() {
  try {
    return win::program_name(process());
  } catch (const Error&) {
    return L"";  // it has ended, or may not be opened
  }
}

Error PipeClient::has_ended() const {
  return Error("process " + std::to_string(pid_) + " has ended", ERROR_PROCESS_ABORTED);
}

HANDLE PipeClient::process() {
  if (process_) return process_.get();
  if (has_left_) throw has_ended();
  if (!open_process()) throw win32_error("cannot watch process " + std::to_string(pid_));
  // One that was created after the client connected is another one. What seems to come from the future was
  // created before somebody set the clock back.
  if (created_ > connected_ && created_ <= win::now()) {
    process_.reset();
    throw has_ended();
  }
  return process_.get();
}

}  // namespace shmbroker::service
