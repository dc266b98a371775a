#include "tests/bench/answerer.h"

#include <array>
#include <stdexcept>

#include "core/pause.h"
#include "tests/bench/results.h"

namespace shmbroker::bench {
namespace {

// Before each answer. Long enough for every language's way of waiting to have gone to sleep, be it by a pool
// of threads that spin.
constexpr auto kPause = std::chrono::microseconds(500);

Options options(uint32_t access) {
  return {.access = access, .kind = SHM_TOPIC, .flags = SHM_OPEN_CREATE, .capacity = 64 * 1024};
}

}  // namespace

Answerer::Answerer(const std::wstring& channel)
    : ask_(channel + L".ask", options(SHM_READ)),
      answer_(channel + L".answer", options(SHM_WRITE)),
      thread_([this] { run(); }) {}

Answerer::~Answerer() {
  ask_.set_cancelled(true);
  thread_.join();
}

double Answerer::take_trip() {
  const std::scoped_lock lock(mutex_);
  if (trips_.empty()) throw std::runtime_error("no question came after an answer");
  const double median = spread_of(trips_).median;
  trips_.clear();
  answered_.reset();
  return median;
}

void Answerer::run() {
  try {
    std::array<std::byte, 64> room;
    for (;;) {
      const std::span<const std::byte> question = ask_.read(room, SHM_INFINITE).data;
      note_question(Clock::now());
      const auto due = Clock::now() + kPause;
      while (Clock::now() < due) core::pause();
      note_answer(Clock::now());
      answer_.write(question, SHM_INFINITE);
    }
  } catch (const Error&) {
    // Cancelled. After any other failure the program that asks waits in vain, and its reader says so.
  }
}

void Answerer::note_question(Clock::time_point when) {
  const std::scoped_lock lock(mutex_);
  if (answered_) trips_.push_back(std::chrono::duration<double, std::nano>(when - *answered_).count());
}

void Answerer::note_answer(Clock::time_point when) {
  const std::scoped_lock lock(mutex_);
  answered_ = when;
}

}  // namespace shmbroker::bench
