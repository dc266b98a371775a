#include "tests/support/start_process.h"

#include <stdexcept>

#include "win/text.h"

namespace shmbroker::tests {
namespace {

// Under Wine one start of some thousand ends in the new process's loader; see docs/testing.md. No test is
// about that.
bool create(const std::wstring& command, HANDLE token, const wchar_t* folder, STARTUPINFOW& startup,
            PROCESS_INFORMATION& made) {
  constexpr DWORD kFlags = CREATE_SUSPENDED | CREATE_NO_WINDOW;
  for (int tries_left = 3; tries_left > 0; --tries_left) {
    std::wstring line = command;
    if (token == nullptr ? CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, kFlags, nullptr,
                                          folder, &startup, &made)
                         : CreateProcessAsUserW(token, nullptr, line.data(), nullptr, nullptr, TRUE, kFlags,
                                                nullptr, folder, &startup, &made))
      return true;
    if (GetLastError() != ERROR_INTERNAL_ERROR) return false;
  }
  return false;
}

}  // namespace

Started start_process(const std::wstring& command, const StandardHandles& handles, HANDLE token,
                      const wchar_t* folder) {
  Started started;
  started.job = win::Handle(CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(started.job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);

  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = handles.output != nullptr ? STARTF_USESTDHANDLES : 0u;
  startup.hStdInput = handles.input;
  startup.hStdOutput = handles.output;
  startup.hStdError = handles.errors;
  PROCESS_INFORMATION made{};
  if (!create(command, token, folder, startup, made)) {
    throw std::runtime_error("cannot start " + win::display_utf8(command) + ": " +
                             win::display_utf8(win::error_text(GetLastError())));
  }
  started.process = win::Handle(made.hProcess);
  started.pid = made.dwProcessId;
  const win::Handle thread(made.hThread);
  AssignProcessToJobObject(started.job.get(), started.process.get());
  ResumeThread(thread.get());
  return started;
}

}  // namespace shmbroker::tests
