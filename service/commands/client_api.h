// shmclient.dll, loaded when a command needs it: the service itself must start where the DLL is damaged or
// missing.
#pragma once

#include <windows.h>

#include <shmbroker/watch.h>

#include <optional>
#include <string>
#include <vector>

#include "service/support/error.h"
#include "watch/inspection.h"

namespace shmbroker::service {

// What a function of the DLL failed with, in its words.
class ClientError : public Error {
 public:
  ClientError(int32_t status, const std::string& text) : Error(text), status_(status) {}
  int32_t status() const { return status_; }

 private:
  int32_t status_;
};

// The DLL beside this exe, and its functions. Throws Error where it is not there or is another version.
class ClientApi {
 public:
  ClientApi();

  decltype(&::ShmVersion) version;
  decltype(&::ShmOpen) open;
  decltype(&::ShmClose) close;
  decltype(&::ShmGetInfo) get_info;
  decltype(&::ShmRead) read;
  decltype(&::ShmPeek) peek;
  decltype(&::ShmRelease) release;
  decltype(&::ShmGetWaitHandle) get_wait_handle;
  decltype(&::ShmReadBatch) read_batch;
  decltype(&::ShmWrite) write;
  decltype(&::ShmLoan) loan;
  decltype(&::ShmCommit) commit;
  decltype(&::ShmLock) lock;
  decltype(&::ShmUnlock) unlock;
  decltype(&::ShmCall) call;
  decltype(&::ShmInspect) inspect;
  decltype(&::ShmInspectAll) inspect_all;
  decltype(&::ShmInspectService) inspect_service;
  decltype(&::ShmLastErrorTextUtf8) last_error_text;
};

// Throws ClientError if a status is one of failure.
int32_t check(const ClientApi& api, int32_t status);

// The same for a call that names a channel, and says which one was probably meant where there is none.
void check_named(const ClientApi& api, int32_t status, const std::wstring& name);

// An open channel.
class OpenChannel {
 public:
  OpenChannel(const ClientApi& api, const std::wstring& name, uint32_t access, uint32_t flags = 0);
  ~OpenChannel() { api_.close(handle_); }
  OpenChannel(const OpenChannel&) = delete;
  OpenChannel& operator=(const OpenChannel&) = delete;

  ShmChannel get() const { return handle_; }
  ShmInfo info() const;

 private:
  const ClientApi& api_;
  ShmChannel handle_ = 0;
};

// All channels that the user may read or write, by name.
std::vector<ShmChannelSummary> inspect_all(const ClientApi& api);

// A channel and those who have it open.
watch::Inspected inspect(const ClientApi& api, const std::wstring& name);

// One that was listed a moment ago: nothing if it has ended since, or is not for the user any more.
std::optional<watch::Inspected> inspect_listed(const ClientApi& api, const std::wstring& name);

// The service as a whole.
ShmServiceState inspect_service(const ClientApi& api);

}  // namespace shmbroker::service
