#include "client_dll/broker_link.h"

#include <algorithm>
#include <iterator>

#include "client_dll/deadline.h"
#include "client_dll/errors.h"
#include "client_dll/process_access.h"
#include "core/crash_point.h"
#include "win/security.h"

namespace shmbroker::client {
namespace {

// What talking over the pipe needs. FILE_GENERIC_WRITE would ask for more: the right to serve the pipe, which
// clients don't have.
constexpr DWORD kTalk = FILE_GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA;

int32_t no_service(DWORD error) {
  return fail(
      SHM_E_NO_SERVICE,
      L"the ShmBroker service is not running; start it with: sc.exe start ShmBroker (or: shmbroker run)",
      error);
}

// However long it lasts: the service is there.
int32_t busy() {
  return fail(SHM_E_TIMEOUT,
              L"the ShmBroker service is busy and did not take this request in time; try again, wait longer "
              L"(open_timeout_ms), or find out with shmbroker doctor what keeps it busy");
}

int32_t no_answer() {
  return fail(SHM_E_TIMEOUT,
              L"the ShmBroker service did not answer in time; try again, or ask shmbroker doctor");
}

// The other side has closed its end: it had no place for us, or it ended.
bool is_hang_up(DWORD error) {
  return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

int32_t connect(const Deadline& deadline, win::Handle& pipe) {
  for (;;) {
    // Identification: the service may find out who we are, and not act as us.
    pipe = win::Handle(CreateFileW(pipe::kPipeName, kTalk, 0, nullptr, OPEN_EXISTING,
                                   FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                                   nullptr));
    if (pipe) return SHM_OK;
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND) return no_service(error);
    if (error == ERROR_ACCESS_DENIED) {
      return fail(SHM_E_ACCESS,
                  L"this account may not talk to the ShmBroker service; run the program as another one",
                  error);
    }
    if (error != ERROR_PIPE_BUSY)
      return fail(SHM_E_SYSTEM, L"cannot connect to the ShmBroker service", error);
    const DWORD left = deadline.left();
    if (left == 0) return busy();
    WaitNamedPipeW(pipe::kPipeName, left);  // whatever it says, the next CreateFile knows better
  }
}

// Of a broker in the console of this very user: his programs of low integrity, such as a browser's sandbox,
// could play it.
// error: as for check_server().
int32_t check_integrity(HANDLE pipe, DWORD& error) {
  SHM_CRASH_POINT("pipe.own-users");
  ULONG pid = 0;
  const win::Handle process(GetNamedPipeServerProcessId(pipe, &pid)
                                ? OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid)
                                : nullptr);
  const auto theirs = process ? win::process_integrity(process.get()) : std::nullopt;
  const auto ours = win::process_integrity(GetCurrentProcess());
  if (theirs && ours && *theirs >= *ours) return SHM_OK;
  // One that has ended meanwhile tells nothing: there may be another one by now, or none.
  if (!theirs && !PeekNamedPipe(pipe, nullptr, 0, nullptr, nullptr, nullptr)) error = GetLastError();
  return fail(SHM_E_UNTRUSTED,
              L"the ShmBroker that process " + std::to_wstring(pid) +
                  L" of this user serves has a lower integrity level than this program, or does not tell it: "
                  L"nothing was sent to it; run it with this program's rights, or install the service");
}

// Only an account of the system, an administrator or this very user can have made a pipe that such an account
// owns: to name another owner than oneself takes SeRestorePrivilege.
// error: why the pipe does not tell whose it is, or ERROR_SUCCESS.
int32_t check_server(HANDLE pipe, BrokerIdentity& identity, DWORD& error) {
  identity.owner = win::object_owner(pipe);
  error = identity.owner.empty() ? GetLastError() : ERROR_SUCCESS;
  if (identity.owner.empty())
    return fail(SHM_E_UNTRUSTED,
                L"the service's pipe does not tell its owner; find out which program serves "
                L"\\\\.\\pipe\\ShmBroker, and end it",
                error);
  const wchar_t* const trusted[] = {
      L"S-1-5-18",      // SYSTEM
      L"S-1-5-19",      // LOCAL SERVICE
      L"S-1-5-32-544",  // Administrators
  };
  const bool known = std::ranges::any_of(trusted, [&](const wchar_t* sid) { return identity.owner == sid; });
  if (known) return SHM_OK;
  if (identity.owner == win::process_user()) return check_integrity(pipe, error);
  return fail(SHM_E_UNTRUSTED,
              L"the pipe of the ShmBroker service belongs to " + win::account_name(identity.owner) +
                  L", which is neither a service account nor this user: nothing was sent to it; find out "
                  L"which program serves \\\\.\\pipe\\ShmBroker, and end it");
}

// Ends one overlapped operation. Returns the error, or ERROR_TIMEOUT.
DWORD finish(HANDLE pipe, OVERLAPPED& operation, BOOL started, const Deadline& deadline, DWORD& bytes) {
  const DWORD begun = started ? ERROR_SUCCESS : GetLastError();
  // More data is a warning: the operation has completed, and says how much of the message there was room for.
  if (begun != ERROR_SUCCESS && begun != ERROR_IO_PENDING && begun != ERROR_MORE_DATA) return begun;
  const bool late = WaitForSingleObject(operation.hEvent, deadline.left()) != WAIT_OBJECT_0;
  if (late) CancelIoEx(pipe, &operation);
  // Waits for the cancellation too: the buffer is ours again only then.
  const BOOL done = GetOverlappedResult(pipe, &operation, &bytes, TRUE);
  if (done) return ERROR_SUCCESS;
  return late ? ERROR_TIMEOUT : GetLastError();
}

DWORD receive(HANDLE pipe, void* bytes, DWORD size, const Deadline& deadline, HANDLE done, DWORD& received) {
  OVERLAPPED operation{};
  operation.hEvent = done;
  return finish(pipe, operation, ReadFile(pipe, bytes, size, nullptr, &operation), deadline, received);
}

// One message there, and one back. Returns the error; ERROR_INVALID_DATA: what came is no such reply.
DWORD talk(HANDLE pipe, const void* request, DWORD request_size, const ReplyBuffer& reply,
           const Deadline& deadline) {
  const win::Handle done(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!done) return GetLastError();
  OVERLAPPED operation{};
  operation.hEvent = done.get();
  DWORD bytes = 0;
  DWORD error =
      finish(pipe, operation, WriteFile(pipe, request, request_size, nullptr, &operation), deadline, bytes);
  SHM_CRASH_POINT("pipe.asked");
  if (error != ERROR_SUCCESS) return error;
  error = receive(pipe, reply.bytes, reply.size, deadline, done.get(), bytes);
  // The end of a newer service's reply, which says nothing that this DLL knows.
  std::byte rest[256];
  DWORD more = sizeof rest;
  for (DWORD all = 0; error == ERROR_MORE_DATA && all < pipe::kMaxReply; all += more)
    error = receive(pipe, rest, sizeof rest, deadline, done.get(), more);
  if (error == ERROR_MORE_DATA) return ERROR_INVALID_DATA;
  if (error != ERROR_SUCCESS) return error;
  const auto& header = *static_cast<const pipe::ReplyHeader*>(reply.bytes);
  const bool good = bytes >= reply.first_size && bytes == std::min<DWORD>(header.size, reply.size) &&
                    header.protocol >= pipe::kOldestProtocolVersion;
  return good ? ERROR_SUCCESS : ERROR_INVALID_DATA;
}

int32_t status_of(DWORD error) {
  if (error == ERROR_SUCCESS) return SHM_OK;
  if (error == ERROR_TIMEOUT) return no_answer();
  if (error == ERROR_INVALID_DATA) return fail(SHM_E_VERSION);
  return fail(SHM_E_SYSTEM, L"talking to the ShmBroker service failed", error);
}

// Connects to the service, perhaps another process by then, and talks to it. Where it hangs up, again: an end
// of the service shows in that there is nothing to connect to. talk(pipe): returns an error.
template <class Talk>
int32_t converse(const Deadline& deadline, BrokerIdentity& identity, Talk&& talk) {
  constexpr DWORD kFirstPause = 1;  // milliseconds
  constexpr DWORD kLongestPause = 50;
  for (DWORD pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    win::Handle pipe;
    const int32_t connected = connect(deadline, pipe);
    if (connected != SHM_OK) return connected;
    SHM_CRASH_POINT("pipe.connected");
    DWORD mode = PIPE_READMODE_MESSAGE;
    DWORD error =
        SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr) ? ERROR_SUCCESS : GetLastError();
    if (error == ERROR_SUCCESS) {
      const int32_t trusted = check_server(pipe.get(), identity, error);
      if (trusted != SHM_OK && !is_hang_up(error)) return trusted;
    }
    if (error == ERROR_SUCCESS) {
      let_broker_watch(identity.owner);
      error = talk(pipe.get());
    }
    if (!is_hang_up(error)) return status_of(error);
    const DWORD left = deadline.left();
    if (left == 0) return busy();
    pipe.reset();
    Sleep(std::min(pause, left));
  }
}

}  // namespace

int32_t exchange(const void* request, DWORD request_size, const ReplyBuffer& reply, const Deadline& deadline,
                 BrokerIdentity& identity) {
  return converse(deadline, identity,
                  [&](HANDLE pipe) { return talk(pipe, request, request_size, reply, deadline); });
}

int32_t exchange_open(const pipe::OpenRequest& request, pipe::OpenReply& reply, const Deadline& deadline,
                      BrokerIdentity& identity, const std::function<void()>& not_ours) {
  return converse(deadline, identity, [&](HANDLE pipe) {
    const DWORD error = talk(pipe, &request, sizeof request, buffer_of(reply), deadline);
    SHM_CRASH_POINT("open.granted");
    if (error != ERROR_SUCCESS || reply.header.status != SHM_OK) return error;
    pipe::AcknowledgeRequest acknowledge{};
    fill_header(acknowledge);
    pipe::AcknowledgeReply heard{};
    const DWORD unheard = talk(pipe, &acknowledge, sizeof acknowledge, buffer_of(heard), deadline);
    if (unheard != ERROR_SUCCESS) not_ours();
    return unheard;
  });
}

int32_t refused(const pipe::ReplyHeader& reply) {
  // Another version may have statuses that no caller knows.
  const int32_t status = is_error(reply.status) ? reply.status : SHM_E_VERSION;
  if (!pipe::is_terminated(reply.text) || reply.text[0] == 0) return fail(status);
  return fail(status, reinterpret_cast<const wchar_t*>(reply.text), reply.win32);
}

}  // namespace shmbroker::client
