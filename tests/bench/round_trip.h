// A message there and back through two topics, between two threads of this process.
#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "shmbroker/shmbroker.hpp"

namespace shmbroker::bench {

// The two topics, and how both sides open them. access is theirs to say.
struct RoundTripChannels {
  std::wstring asks;
  std::wstring answers;
  Options options{};
};

// Answers each message with itself, for as long as it lives.
class Echo {
 public:
  // affinity: a bit for each core that it may run on; 0: all of them.
  explicit Echo(const RoundTripChannels& channels, uint64_t affinity = 0);
  ~Echo();
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;

 private:
  void run();

  Channel asks_;
  Channel answers_;
  std::thread thread_;
};

// Who asks.
class Asker {
 public:
  explicit Asker(const RoundTripChannels& channels);

  // One trip. Returns how many nanoseconds it took. Throws std::runtime_error where the message does not come
  // back as it was.
  double make_trip();

 private:
  Channel asks_;
  Channel answers_;
  uint64_t number_ = 0;
};

// The value that so large a part of all is below. Throws std::runtime_error where there is none.
double part_of(std::vector<double>& values, double part);

}  // namespace shmbroker::bench
