// Another process that uses channels: peer.exe, told what to do line by line.
#pragma once

#include <windows.h>

#include <string>

#include "tests/support/shm_testing.h"
#include "tests/support/start_process.h"
#include "win/handle.h"

namespace shmbroker::tests {

// A child process with pipes for its input and output. It dies with this object, and with the test.
class Child {
 public:
  // token: whom it runs as; none: as this process.
  explicit Child(const std::wstring& command, HANDLE token = nullptr);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  DWORD pid() const { return program_.pid; }
  void send(const std::string& line);
  // The next line of its output, without its end. Throws std::runtime_error if none comes in time.
  std::string receive();
  void end_input() { input_.reset(); }
  // Nobody reads its output any more.
  void close_output() { output_.reset(); }
  // Returns its exit code. Throws std::runtime_error if it does not end by itself.
  DWORD await_end();
  // All that is left of its output until it has ended by itself, and its exit code.
  std::string rest(DWORD& exit_code);
  std::string rest(DWORD& exit_code, DWORD timeout_ms);
  void kill();

 private:
  bool fill();

  Started program_;
  win::Handle input_;
  win::Handle output_;
  std::string unread_;
};

// peer.exe with its commands; see peer.cpp.
class Peer {
 public:
  explicit Peer(HANDLE token = nullptr);

  // Opens a channel there. access: "r", "w", "rw", and more; see peer.cpp. Returns the handle, which is of
  // use there only.
  ShmChannel open(const std::string& name, const std::string& access);
  // Each begins what the line says and returns the peer's answer to it.
  Answer ask(const std::string& line);
  void begin(const std::string& line) { child_.send(line); }
  Answer finish();
  // A command that is about one handle and that waits for nothing.
  int32_t order(const std::string& command, ShmChannel channel, const std::string& rest = {}) {
    return ask(command + " " + std::to_string(channel) + " " + rest).status;
  }

  Answer write(ShmChannel channel, const std::string& text) {
    return ask("write " + std::to_string(channel) + " 5000 " + text);
  }
  Answer read(ShmChannel channel, uint32_t timeout_ms) {
    return ask("read " + std::to_string(channel) + " " + std::to_string(timeout_ms));
  }
  Answer peek(ShmChannel channel, uint32_t timeout_ms = 0) {
    return ask("peek " + std::to_string(channel) + " " + std::to_string(timeout_ms));
  }
  void kill() { child_.kill(); }
  DWORD pid() const { return child_.pid(); }

 private:
  Child child_;
};

}  // namespace shmbroker::tests
