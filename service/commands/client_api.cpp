#include "service/commands/client_api.h"

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
  find(dll, "ShmWrite", write);
  find(dll, "ShmInspect", inspect);
  find(dll, "ShmInspectAll", inspect_all);
  find(dll, "ShmInspectService", inspect_service);
  find(dll, "ShmLastErrorTextUtf8", last_error_text);
}

int32_t check(const ClientApi& api, int32_t status) {
  if (status < 0) throw ClientError(status, api.last_error_text());
  return status;
}

OpenChannel::OpenChannel(const ClientApi& api, const std::wstring& name, uint32_t access, uint32_t flags)
    : api_(api) {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = access;
  options.flags = flags;
  check(api, api.open(name.c_str(), &options, &handle_));
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
  check(api, watch::inspect_channel(ask, name.c_str(), inspected));
  return inspected;
}

ShmServiceState inspect_service(const ClientApi& api) {
  ShmServiceState state{};
  state.size = sizeof state;
  check(api, ask_patiently([&] { return api.inspect_service(&state); }));
  return state;
}

}  // namespace shmbroker::service
