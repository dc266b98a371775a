// Answers questions with themselves, and measures the round trips of who asks: from here, so that one clock
// measures all languages, and by the median, which a lost time slice does not move.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "shmbroker/shmbroker.hpp"

namespace shmbroker::bench {

class Answerer {
 public:
  // Answers on CHANNEL.answer, in threads of its own, what is asked on CHANNEL.ask.
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

  // Each in a thread of its own: who reads the questions is asleep again long before the next one comes, and
  // does not look for it right behind the answer, where a quick language would find it awake.
  void read_questions();
  void write_answers();

  void note_question(Clock::time_point when, std::span<const std::byte> question);
  void end();
  // False: there is nothing to answer any more.
  bool wait_for_question(std::vector<std::byte>& question);
  void note_answer(Clock::time_point when);

  Channel ask_;
  Channel answer_;
  std::mutex mutex_;
  std::vector<double> trips_;                  // guarded by mutex_
  std::optional<Clock::time_point> answered_;  // guarded by mutex_: the last answer to this program
  std::condition_variable has_changed_;
  std::vector<std::byte> question_;  // guarded by mutex_: to be answered, unless it is empty
  bool has_ended_ = false;           // guarded by mutex_
  std::thread reader_;
  std::thread writer_;
};

}  // namespace shmbroker::bench
