#include "service/broker/keeper.h"

#include <span>
#include <string>
#include <vector>

#include "core/crash_point.h"
#include "service/support/error.h"
#include "service/support/folders.h"
#include "win/security.h"

namespace shmbroker::service {

namespace {

// For the process that is made next, and for no other that another thread makes meanwhile.
class InheritedHandles {
 public:
  explicit InheritedHandles(std::span<HANDLE> handles) {
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_.resize(size / sizeof(uint64_t) + 1);
    if (!InitializeProcThreadAttributeList(list(), 1, 0, &size)) throw win32_error("cannot list handles");
    if (!UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                   handles.size_bytes(), nullptr, nullptr)) {
      const DWORD error = GetLastError();
      DeleteProcThreadAttributeList(list());
      throw win32_error("cannot list handles", error);
    }
  }
  ~InheritedHandles() { DeleteProcThreadAttributeList(list()); }
  InheritedHandles(const InheritedHandles&) = delete;
  InheritedHandles& operator=(const InheritedHandles&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST list() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  std::vector<uint64_t> memory_;
};

win::Handle inheritable_self() {
  HANDLE self = nullptr;
  if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &self, SYNCHRONIZE,
                       TRUE, 0)) {
    throw win32_error("cannot make a handle for the keeper");
  }
  return win::Handle(self);
}

std::wstring number_of(const win::Handle& handle) {
  return std::to_wstring(reinterpret_cast<uintptr_t>(handle.get()));
}

}  // namespace

Keeper::Keeper(const Identity& identity) {
  const auto descriptor =
      win::SecurityDescriptor::from_sddl(L"O:" + identity.owner + L"D:P" + own_entries(identity));
  if (!descriptor) throw win32_error("cannot make the keeper's security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();  // of the process, and of its thread
  SECURITY_ATTRIBUTES inheritable = descriptor.attributes();
  inheritable.bInheritHandle = TRUE;
  const win::Handle self = inheritable_self();
  outlives_ = win::Handle(CreateEventW(&inheritable, TRUE, FALSE, nullptr));
  if (!outlives_) throw win32_error("cannot create an event for the keeper");
  std::wstring command =
      L"\"" + own_path().wstring() + L"\" keep " + number_of(self) + L" " + number_of(outlives_);
  HANDLE handles[] = {self.get(), outlives_.get()};
  InheritedHandles inherited(handles);
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  // Without our standard output: a program that reads it to its end would wait for the keeper's end.
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.lpAttributeList = inherited.list();
  PROCESS_INFORMATION made{};
  SHM_CRASH_POINT("keeper.starting");
  // Detached: Ctrl-C in a broker's console, and that console's end, are not for it.
  if (!CreateProcessW(nullptr, command.data(), &security, &security, TRUE,
                      DETACHED_PROCESS | EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr, &startup.StartupInfo,
                      &made)) {
    throw win32_error("cannot start the keeper");
  }
  process_ = win::Handle(made.hProcess);
  pid_ = made.dwProcessId;
  CloseHandle(made.hThread);
}

// Waits for its end: an installer that removes or replaces the program when the service has stopped finds it
// in nobody's use.
Keeper::~Keeper() {
  constexpr DWORD kPatience = 5000;  // milliseconds
  if (TerminateProcess(process_.get(), 0)) WaitForSingleObject(process_.get(), kPatience);
}

void Keeper::outlive_us() {
  if (!SetEvent(outlives_.get())) throw win32_error("cannot tell the keeper to outlive us");
}

Client Keeper::process() const { return {pid_, creation_time(process_.get())}; }

HANDLE Keeper::hold(HANDLE section) {
  HANDLE held = nullptr;
  if (!DuplicateHandle(GetCurrentProcess(), section, process_.get(), &held, 0, FALSE,
                       DUPLICATE_SAME_ACCESS)) {
    throw win32_error("cannot give the keeper a channel's memory");
  }
  return held;
}

void Keeper::release(HANDLE held) {
  // Taken over, and closed here.
  HANDLE ours = nullptr;
  if (DuplicateHandle(process_.get(), held, GetCurrentProcess(), &ours, 0, FALSE,
                      DUPLICATE_CLOSE_SOURCE | DUPLICATE_SAME_ACCESS)) {
    CloseHandle(ours);
  }
}

void Keeper::end(DWORD pid, uint64_t created) {
  const win::Handle process(OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
  if (process && creation_time(process.get()) == created) TerminateProcess(process.get(), 0);
}

void Keeper::keep(HANDLE maker, HANDLE outlives) {
  const bool waited = WaitForSingleObject(maker, INFINITE) == WAIT_OBJECT_0;
  if (!waited || WaitForSingleObject(outlives, 0) != WAIT_OBJECT_0) ExitProcess(0);
  for (;;) Sleep(INFINITE);
}

}  // namespace shmbroker::service
