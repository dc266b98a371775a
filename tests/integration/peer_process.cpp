#include "tests/integration/peer_process.h"

#include <stdexcept>
#include <vector>

#include "core/win/text.h"
#include "tests/integration/service_fixture.h"

namespace shmbroker::tests {
namespace {

std::runtime_error broken(const std::string& what) {
  return std::runtime_error(what + ": " + win::display_utf8(win::error_text(GetLastError())));
}

// One end of each pipe is for the child alone; the other must not be inherited, or it would never end.
void make_pipe(win::Handle& read_end, win::Handle& write_end, win::Handle& own_end) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE read_handle = nullptr;
  HANDLE write_handle = nullptr;
  if (!CreatePipe(&read_handle, &write_handle, &inherited, 0)) throw broken("CreatePipe");
  read_end = win::Handle(read_handle);
  write_end = win::Handle(write_handle);
  SetHandleInformation(own_end.get(), HANDLE_FLAG_INHERIT, 0);
}

// Under Wine one start of some thousand ends in the new process's loader; see docs/testing.md. No test is about that.
bool start(const std::wstring& command, HANDLE token, STARTUPINFOW& startup, PROCESS_INFORMATION& made) {
  constexpr DWORD kFlags = CREATE_SUSPENDED | CREATE_NO_WINDOW;
  for (int tries_left = 3; tries_left > 0; --tries_left) {
    std::wstring line = command;
    if (token == nullptr ? CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, kFlags, nullptr,
                                          nullptr, &startup, &made)
                         : CreateProcessAsUserW(token, nullptr, line.data(), nullptr, nullptr, TRUE, kFlags,
                                                nullptr, nullptr, &startup, &made))
      return true;
    if (GetLastError() != ERROR_INTERNAL_ERROR) return false;
  }
  return false;
}

}  // namespace

Child::Child(const std::wstring& command, HANDLE token) {
  win::Handle child_input;
  win::Handle child_output;
  make_pipe(child_input, input_, input_);
  make_pipe(output_, child_output, output_);
  job_ = win::Handle(CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(job_.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);

  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = child_input.get();
  startup.hStdOutput = child_output.get();
  startup.hStdError = child_output.get();
  PROCESS_INFORMATION made{};
  if (!start(command, token, startup, made)) throw broken("cannot start " + win::display_utf8(command));
  process_ = win::Handle(made.hProcess);
  pid_ = made.dwProcessId;
  const win::Handle thread(made.hThread);
  AssignProcessToJobObject(job_.get(), process_.get());
  ResumeThread(thread.get());
}

Child::~Child() {
  input_.reset();
  if (WaitForSingleObject(process_.get(), 0) != WAIT_OBJECT_0) kill();
}

void Child::send(const std::string& line) {
  const std::string bytes = line + "\n";
  DWORD written = 0;
  if (!WriteFile(input_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr)) {
    throw broken("cannot write to the child");
  }
}

// Takes what is there. Returns false at the end of the output.
bool Child::fill() {
  DWORD there = 0;
  if (!PeekNamedPipe(output_.get(), nullptr, 0, nullptr, &there, nullptr)) return false;
  if (there == 0) return true;
  std::vector<char> bytes(there);
  DWORD taken = 0;
  if (!ReadFile(output_.get(), bytes.data(), there, &taken, nullptr)) return false;
  unread_.append(bytes.data(), taken);
  return true;
}

std::string Child::receive() {
  size_t end = std::string::npos;
  bool open = true;
  eventually([&] {
    open = fill();
    end = unread_.find('\n');
    return end != std::string::npos || !open;
  });
  if (end == std::string::npos) {
    throw std::runtime_error(open ? "the child says nothing" : "the child has ended, last words: " + unread_);
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::string Child::rest(DWORD& exit_code) {
  if (!eventually([this] { return !fill(); })) throw std::runtime_error("the child does not end: " + unread_);
  WaitForSingleObject(process_.get(), kPatience);
  if (!GetExitCodeProcess(process_.get(), &exit_code)) throw broken("GetExitCodeProcess");
  return std::exchange(unread_, {});
}

void Child::kill() {
  TerminateProcess(process_.get(), 99);
  WaitForSingleObject(process_.get(), kPatience);
}

Peer::Peer(HANDLE token) : child_(L"\"" + (program_folder() / L"peer.exe").wstring() + L"\"", token) {}

ShmChannel Peer::open(const std::string& name, const std::string& access) {
  const Answer answer = ask("open " + access + " " + name);
  EXPECT_SHM(SHM_OK, answer.status);
  return answer.text.empty() ? 0 : static_cast<ShmChannel>(std::stoul(answer.text));
}

Answer Peer::ask(const std::string& line) {
  begin(line);
  return finish();
}

Answer Peer::finish() {
  const std::string line = child_.receive();
  const size_t blank = line.find(' ');
  return {std::stoi(line), blank == std::string::npos ? "" : line.substr(blank + 1)};
}

}  // namespace shmbroker::tests
