#include "service/keeper.h"

#include <string>

#include "core/win/security.h"
#include "service/error.h"
#include "service/paths.h"

namespace shmbroker::service {

Keeper::Keeper(const Identity& identity) {
  const auto descriptor =
      win::SecurityDescriptor::from_sddl(L"O:" + identity.owner + L"D:P" + own_entries(identity));
  if (!descriptor) throw win32_error("cannot make the keeper's security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  std::wstring command = L"\"" + own_path().wstring() + L"\" keep";
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  // None of our output: who reads ours to its end would wait for the keeper's end.
  startup.dwFlags = STARTF_USESTDHANDLES;
  PROCESS_INFORMATION made{};
  // Detached: Ctrl-C in a broker's console, and that console's end, are not for it.
  if (!CreateProcessW(nullptr, command.data(), &security, nullptr, FALSE, DETACHED_PROCESS, nullptr, nullptr,
                      &startup, &made)) {
    throw win32_error("cannot start the keeper");
  }
  process_ = win::Handle(made.hProcess);
  pid_ = made.dwProcessId;
  CloseHandle(made.hThread);
}

Keeper::~Keeper() { TerminateProcess(process_.get(), 0); }

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

void Keeper::keep() {
  for (;;) Sleep(INFINITE);
}

}  // namespace shmbroker::service
