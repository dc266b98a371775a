#include "tests/support/peer_process.h"

#include <stdexcept>
#include <vector>

#include "tests/support/service_fixture.h"
#include "tests/support/windows_error.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

// One end of each pipe is for the child alone; the other must not be inherited, or it would never end.
void make_pipe(win::Handle& read_end, win::Handle& write_end, win::Handle& own_end) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE read_handle = nullptr;
  HANDLE write_handle = nullptr;
  if (!CreatePipe(&read_handle, &write_handle, &inherited, 0)) throw windows_error("CreatePipe");
  read_end = win::Handle(read_handle);
  write_end = win::Handle(write_handle);
  SetHandleInformation(own_end.get(), HANDLE_FLAG_INHERIT, 0);
}

}  // namespace

Child::Child(const std::wstring& command, HANDLE token) {
  win::Handle child_input;
  win::Handle child_output;
  make_pipe(child_input, input_, input_);
  make_pipe(output_, child_output, output_);
  program_ = start_process(command, {child_input.get(), child_output.get(), child_output.get()}, token);
}

Child::~Child() {
  input_.reset();
  if (WaitForSingleObject(program_.process.get(), 0) != WAIT_OBJECT_0) kill();
}

void Child::send(const std::string& line) {
  const std::string bytes = line + "\n";
  DWORD written = 0;
  if (!WriteFile(input_.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written, nullptr)) {
    throw windows_error("cannot write to the child");
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

std::string Child::rest(DWORD& exit_code) { return rest(exit_code, kPatience); }

std::string Child::rest(DWORD& exit_code, DWORD timeout_ms) {
  if (!eventually([this] { return !fill(); }, timeout_ms))
    throw std::runtime_error("the child does not end: " + unread_);
  exit_code = await_end();
  return std::exchange(unread_, {});
}

DWORD Child::await_end() {
  if (WaitForSingleObject(program_.process.get(), kPatience) != WAIT_OBJECT_0)
    throw std::runtime_error("the child does not end: " + unread_);
  DWORD exit_code = 0;
  if (!GetExitCodeProcess(program_.process.get(), &exit_code)) throw windows_error("GetExitCodeProcess");
  return exit_code;
}

void Child::kill() {
  TerminateProcess(program_.process.get(), 99);
  WaitForSingleObject(program_.process.get(), kPatience);
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
