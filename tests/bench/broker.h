// A broker in a console, with a folder and a configuration of its own, for as long as a benchmark takes.
#pragma once

#include <filesystem>
#include <string>

#include "tests/bench/process.h"

namespace shmbroker::bench {

class Broker {
 public:
  // config: in JSON; none: everybody may create channels. Returns when it serves. Throws std::runtime_error,
  // also where another broker runs on this machine.
  explicit Broker(const std::string& config = {});
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  double cpu_seconds() const { return process_.cpu_seconds(); }
  uint64_t private_bytes() const { return process_.private_bytes(); }

 private:
  static std::filesystem::path make_folder(const std::string& config);
  std::filesystem::path folder_;
  Process process_;
};

}  // namespace shmbroker::bench
