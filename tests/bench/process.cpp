#include "tests/bench/process.h"

#include <windows.h>

#include <psapi.h>

#include <algorithm>

#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

constexpr DWORD kProcessPatience = 120'000;  // milliseconds
constexpr DWORD kPipeBytes = 1 << 20;        // so that a process can say all and end before anybody listens

std::wstring command_of(const std::wstring& program, const std::vector<std::wstring>& arguments) {
  std::wstring command = L"\"" + (program_folder() / program).wstring() + L"\"";
  for (const std::wstring& argument : arguments) command += L" \"" + argument + L"\"";
  return command;
}

// ours is the end that the child must not inherit.
void make_pipe(win::Handle& read_end, win::Handle& write_end, const win::Handle& ours) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE from = nullptr;
  HANDLE to = nullptr;
  if (!CreatePipe(&from, &to, &inherited, kPipeBytes)) throw win32_failure("CreatePipe");
  read_end = win::Handle(from);
  write_end = win::Handle(to);
  SetHandleInformation(ours.get(), HANDLE_FLAG_INHERIT, 0);
}

}  // namespace

std::filesystem::path program_folder() {
  wchar_t path[MAX_PATH];
  const DWORD length = GetModuleFileNameW(nullptr, path, MAX_PATH);
  if (length == 0 || length == MAX_PATH) throw win32_failure("GetModuleFileName");
  return std::filesystem::path(path).parent_path();
}

double process_cpu_seconds(HANDLE process) {
  FILETIME ignored[2], kernel, user;
  GetProcessTimes(process, &ignored[0], &ignored[1], &kernel, &user);
  const auto seconds = [](const FILETIME& time) {
    return static_cast<double>(uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) * 1e-7;
  };
  return seconds(kernel) + seconds(user);
}

uint64_t process_private_bytes(HANDLE process) {
  PROCESS_MEMORY_COUNTERS counters{};
  if (!GetProcessMemoryInfo(process, &counters, sizeof counters))
    throw win32_failure("cannot ask for a process's memory");
  return counters.PagefileUsage;
}

Process::Process(const std::wstring& program, const std::vector<std::wstring>& arguments)
    : Process(Command{command_of(program, arguments), program_folder()}) {}

Process::Process(const Command& command, HANDLE token) : job_(CreateJobObjectW(nullptr, nullptr)) {
  win::Handle input;
  win::Handle output;
  make_pipe(input, input_, input_);
  make_pipe(output_, output, output_);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(job_.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = input.get();
  startup.hStdOutput = output.get();
  startup.hStdError = output.get();
  PROCESS_INFORMATION made{};
  std::wstring line = command.line;
  constexpr DWORD kFlags = CREATE_SUSPENDED | CREATE_NO_WINDOW;
  const wchar_t* folder = command.folder.c_str();
  if (!(token == nullptr ? CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, kFlags, nullptr,
                                          folder, &startup, &made)
                         : CreateProcessAsUserW(token, nullptr, line.data(), nullptr, nullptr, TRUE, kFlags,
                                                nullptr, folder, &startup, &made))) {
    throw win32_failure("cannot start a program");
  }
  process_ = win::Handle(made.hProcess);
  const win::Handle thread(made.hThread);
  AssignProcessToJobObject(job_.get(), process_.get());
  ResumeThread(thread.get());
}

Process::~Process() {
  if (!process_) return;
  TerminateProcess(process_.get(), 1);
  WaitForSingleObject(process_.get(), 10'000);
}

size_t Process::await_any(const std::vector<Process*>& processes) {
  std::vector<HANDLE> handles;
  for (const Process* process : processes) handles.push_back(process->process_.get());
  // One call waits for MAXIMUM_WAIT_OBJECTS: where there are more, each group of them gets its turn.
  constexpr size_t kMost = MAXIMUM_WAIT_OBJECTS;
  const DWORD turn_ms = handles.size() <= kMost ? kProcessPatience : 10;
  for (uint64_t end = GetTickCount64() + kProcessPatience; GetTickCount64() <= end;) {
    for (size_t first = 0; first < handles.size(); first += kMost) {
      const auto count = static_cast<DWORD>(std::min(kMost, handles.size() - first));
      const DWORD ended = WaitForMultipleObjects(count, handles.data() + first, FALSE, turn_ms);
      if (ended < count) return first + ended;
    }
  }
  throw std::runtime_error("a sample does not end");
}

void Process::write_line(const std::string& line) const {
  const std::string bytes = line + "\n";
  DWORD written = 0;
  if (!WriteFile(input_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr)) {
    throw win32_failure("a process of the benchmark does not listen");
  }
}

std::string Process::read_line() {
  size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos) {
    char bytes[4096];
    DWORD got = 0;
    if (!ReadFile(output_.get(), bytes, sizeof bytes, &got, nullptr) || got == 0) {
      throw std::runtime_error("a process of the benchmark has ended: " + unread_);
    }
    unread_.append(bytes, got);
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace shmbroker::bench
