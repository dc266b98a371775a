// A request and its answer, by calls of a service and by two links of a peer: what somebody would build who
// has no calls.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace shmbroker::bench {

inline constexpr size_t kExchangeBytes = 64;         // of a request and of its answer
inline constexpr uint32_t kAnswerPatience = 20'000;  // milliseconds

struct ExchangeSpec {
  std::string peer;  // kCalls, or a peer's name
  std::string name;  // of what both ends open; no other sample of this machine has it
  bool spinning = false;
};

// Calls of the service of that name, which the benchmark's configuration has.
inline constexpr const char* kCalls = "calls";
inline const std::string kService = "bench-service";

// Who asks. Throws std::runtime_error where anything fails.
class Asking {
 public:
  virtual ~Asking() = default;
  virtual void exchange(std::span<const std::byte> request, std::span<std::byte> answer) = 0;
  // How often it has slept for an answer; 0 where the peer does not tell.
  virtual uint64_t sleeps() const { return 0; }
};

// Opens the asking end, and starts a process that answers.
class Exchange {
 public:
  explicit Exchange(const ExchangeSpec& spec);
  ~Exchange();

  Asking& asking() const { return *asking_; }
  // How often the process that answers has slept for a request so far.
  uint64_t answerer_sleeps() const;

 private:
  class Answering;
  std::unique_ptr<Answering> answering_;
  std::unique_ptr<Asking> asking_;
};

// Another client of the service, for a thread of its own.
std::unique_ptr<Asking> open_caller(bool spinning);

// What the process that answers runs: each request comes back as it is. address: of the answers' reader.
int run_answering(const std::string& peer, const std::string& name, const std::string& address,
                  bool spinning);

}  // namespace shmbroker::bench
