// Answers questions with themselves, and measures the round trips of who asks: from here, so that one clock
// measures all languages, and by the median, which a lost time slice does not move.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "shmbroker/shmbroker.hpp"

namespace shmbroker::bench {

class Answerer {
 public:
  // Answers on CHANNEL.answer, in a thread of its own, what is asked on CHANNEL.ask.
  explicit Answerer(const std::wstring& channel);
  ~Answerer();
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  // Nanoseconds from an answer to the next question, each side asleep when the message comes: the median
  // since the last call. The program that asked has had its last answer. Throws std::runtime_error if it has
  // asked less than twice.
  double take_trip();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void note_question(Clock::time_point when);
  void note_answer(Clock::time_point when);

  Channel ask_;
  Channel answer_;
  std::mutex mutex_;
  std::vector<double> trips_;                  // guarded by mutex_
  std::optional<Clock::time_point> answered_;  // guarded by mutex_: the last answer to this program
  std::thread thread_;
};

}  // namespace shmbroker::bench
