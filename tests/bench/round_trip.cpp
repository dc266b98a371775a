#include "tests/bench/round_trip.h"

#include <windows.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "tests/bench/clock.h"

namespace shmbroker::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kTripPatience = 20'000;  // milliseconds

Channel open(const std::wstring& name, Options options, uint32_t access) {
  options.access = access;
  return Channel(name.c_str(), options);
}

}  // namespace

Echo::Echo(const RoundTripChannels& channels, uint64_t affinity)
    : asks_(open(channels.asks, channels.options, SHM_READ)),
      answers_(open(channels.answers, channels.options, SHM_WRITE)),
      thread_([this, affinity] {
        if (affinity != 0) SetThreadAffinityMask(GetCurrentThread(), static_cast<DWORD_PTR>(affinity));
        run();
      }) {}

Echo::~Echo() {
  asks_.set_cancelled(true);
  thread_.join();
}

void Echo::run() {
  try {
    std::byte room[64];
    for (;;) answers_.write(asks_.read(room, SHM_INFINITE).data, SHM_INFINITE);
  } catch (const Error&) {
    // Cancelled. After any other failure, who asks waits in vain, and says so.
  }
}

Asker::Asker(const RoundTripChannels& channels)
    : asks_(open(channels.asks, channels.options, SHM_WRITE)),
      answers_(open(channels.answers, channels.options, SHM_READ)) {}

double Asker::make_trip() {
  ++number_;
  uint64_t message[8] = {};
  for (uint64_t& word : message) word = number_;
  std::byte room[sizeof message];
  const auto begun = Clock::now();
  asks_.write(std::as_bytes(std::span(message)), kTripPatience);
  const Message answer = answers_.read(room, kTripPatience);
  const double ns = ns_since(begun);
  if (!answer || answer.follows_lost() || answer.data.size() != sizeof message ||
      !std::ranges::equal(answer.data, std::as_bytes(std::span(message))))
    throw std::runtime_error("message " + std::to_string(number_) + " did not come back as it was");
  return ns;
}

double part_of(std::vector<double>& values, double part) {
  if (values.empty()) throw std::runtime_error("a turn was too short for a single value");
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

}  // namespace shmbroker::bench
