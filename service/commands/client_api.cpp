#include "service/commands/client_api.h"

#include "service/config/suggestion.h"
#include "service/support/folders.h"

namespace shmbroker::service {
namespace {

// The service answers each process so many times a second and no more; who asks about hundreds of channels
// may have to pause.
template <class Ask>
int32_t ask_patiently(Ask&& ask) {
  constexpr int kMostPauses = 50;
  constexpr DWORD kPause = 100;  // milliseconds
  int32_t status = ask();
  for (int pauses = 0; status == SHM_E_BUSY && pauses < kMostPauses; ++pauses) {
    Sleep(kPause);
    status = ask();
  }
  return status;
}

template <class Function>
void find(HMODULE dll, const char* name, Function& function) {
  const FARPROC found = GetProcAddress(dll, name);
  if (found == nullptr) {
    throw win32_error(std::string("shmclient.dll has no ") + name +
                      ": it is older than this program; install the same version of both");
  }
  // Every function of Windows' loader has this type; what it really is, the header says.
  function = reinterpret_cast<Function>(reinterpret_cast<void*>(found));
}

}  // namespace

ClientApi::ClientApi() {
  // By its full path: a DLL of this name in the current folder is not ours.
  const std::filesystem::path path = own_path().parent_path() / L"shmclient.dll";
  const HMODULE dll = LoadLibraryW(path.c_str());
  if (dll == nullptr) throw win32_error("cannot load " + win::display_utf8(path.wstring()));
  find(dll, "ShmVersion", version);
  find(dll, "ShmOpen", open);
  find(dll, "ShmClose", close);
  find(dll, "ShmGetInfo", get_info);
  find(dll, "ShmRead", read);
  find(dll, "ShmPeek", peek);
  find(dll, "ShmRelease", release);
  find(dll, "ShmGetWaitHandle", get_wait_handle);
  find(dll, "ShmReadBatch", read_batch);
  find(dll, "ShmWrite", write);
  find(dll, "ShmLoan", loan);
  find(dll, "ShmCommit", commit);
  find(dll, "ShmLock", lock);
  find(dll, "ShmUnlock", unlock);
  find(dll, "ShmCall", call);
  find(dll, "ShmInspect", inspect);
  find(dll, "ShmInspectAll", inspect_all);
  find(dll, "ShmInspectService", inspect_service);
  find(dll, "ShmLastErrorTextUtf8", last_error_text);
}

int32_t check(const ClientApi& api, int32_t status) {
  if (status < 0) throw ClientError(status, api.last_error_text());
  return status;
}

// The same, and names the channel that was probably meant where there is none of this name.
void check_named(const ClientApi& api, int32_t status, const std::wstring& name) {
  if (status != SHM_E_NOT_FOUND) {
    check(api, status);
    return;
  }
  std::string text = api.last_error_text();
  std::vector<std::string> names;
  try {
    for (const ShmChannelSummary& channel : inspect_all(api))
      names.push_back(win::display_utf8(channel.name));
  } catch (const ClientError&) {  // that there is none is what matters
  }
  const std::string meant = suggestion(win::display_utf8(name), names);
  if (!meant.empty() && text.ends_with('.')) text.pop_back();
  throw ClientError(status, text + meant);
}

OpenChannel::OpenChannel(const ClientApi& api, const std::wstring& name, uint32_t access, uint32_t flags)
    : api_(api) {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = access;
  options.flags = flags;
  check_named(api, api.open(name.c_str(), &options, &handle_), name);
}

ShmInfo OpenChannel::info() const {
  ShmInfo info{};
  info.size = sizeof info;
  check(api_, api_.get_info(handle_, &info));
  return info;
}

std::vector<ShmChannelSummary> inspect_all(const ClientApi& api) {
  std::vector<ShmChannelSummary> list;
  const auto ask = [&](ShmChannelSummary* into, uint32_t capacity, uint32_t* count) {
    return ask_patiently([&] { return api.inspect_all(into, capacity, count); });
  };
  check(api, watch::list_channels(ask, list));
  return list;
}

watch::Inspected inspect(const ClientApi& api, const std::wstring& name) {
  watch::Inspected inspected;
  const auto ask = [&](auto... parameters) {
    return ask_patiently([&] { return api.inspect(parameters...); });
  };
  check_named(api, watch::inspect_channel(ask, name.c_str(), inspected), name);
  return inspected;
}

std::optional<watch::Inspected> inspect_listed(const ClientApi& api, const std::wstring& name) {
  try {
    return inspect(api, name);
  } catch (const ClientError& error) {
    if (error.status() != SHM_E_NOT_FOUND && error.status() != SHM_E_ACCESS) throw;
    return std::nullopt;
  }
}

ShmServiceState inspect_service(const ClientApi& api) {
  ShmServiceState state{};
  state.size = sizeof state;
  check(api, ask_patiently([&] { return api.inspect_service(&state); }));
  return state;
}

}  // namespace shmbroker::service
