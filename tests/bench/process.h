// A child process of the benchmark: lines of text go in and out. It dies with this object, and with the
// benchmark.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "win/handle.h"

namespace shmbroker::bench {

// The folder of this program.
std::filesystem::path program_folder();

// What a process has used of all cores so far, in its own code and in the kernel.
double process_cpu_seconds(HANDLE process);

// Memory of a process that it shares with no other.
uint64_t process_private_bytes(HANDLE process);

class Process {
 public:
  // program: a file beside this one. Throws std::runtime_error.
  Process(const std::wstring& program, const std::vector<std::wstring>& arguments);
  // A command line, and the folder to run it in.
  struct Command {
    std::wstring line;
    std::filesystem::path folder;
  };
  // token: whom it runs as; none: as this process.
  explicit Process(const Command& command, HANDLE token = nullptr);
  ~Process();
  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) = delete;

  void write_line(const std::string& line) const;
  // Waits for the next line. Throws std::runtime_error with what the process said last, if there is none.
  std::string read_line();
  // Waits for the first of some processes to end. Throws if none does.
  static size_t await_any(const std::vector<Process*>& processes);

  double cpu_seconds() const { return process_cpu_seconds(process_.get()); }
  uint64_t private_bytes() const { return process_private_bytes(process_.get()); }

 private:
  win::Handle process_;
  win::Handle job_;
  win::Handle input_;
  win::Handle output_;
  std::string unread_;
};

}  // namespace shmbroker::bench
