#include "tests/bench/answerer.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "core/pause.h"
#include "tests/bench/results.h"

namespace shmbroker::bench {
namespace {

// Before each answer. Long enough for every language's way of waiting to have gone to sleep, be it by a pool
// of threads that spin.
constexpr auto kPause = std::chrono::microseconds(500);

Options answerer_options(uint32_t access) {
  return {.access = access, .kind = SHM_TOPIC, .flags = SHM_OPEN_CREATE, .capacity = 64 * 1024};
}

}  // namespace

Answerer::Answerer(const std::wstring& channel)
    : ask_(channel + L".ask", answerer_options(SHM_READ)),
      answer_(channel + L".answer", answerer_options(SHM_WRITE)),
      reader_([this] { read_questions(); }),
      writer_([this] { write_answers(); }) {}

Answerer::~Answerer() {
  ask_.set_cancelled(true);
  reader_.join();
  writer_.join();
}

double Answerer::take_trip() {
  const std::scoped_lock lock(mutex_);
  if (trips_.empty()) throw std::runtime_error("no question came after an answer");
  const double median = spread_of(trips_).median;
  trips_.clear();
  answered_.reset();
  return median;
}

void Answerer::read_questions() {
  try {
    std::array<std::byte, 64> room;
    for (;;) {
      const std::span<const std::byte> question = ask_.read(room, SHM_INFINITE).data;
      note_question(Clock::now(), question);
    }
  } catch (const Error&) {
    // Cancelled. After any other failure the program that asks waits in vain, and its reader says so.
    end();
  }
}

void Answerer::write_answers() {
  std::vector<std::byte> question;
  while (wait_for_question(question)) {
    const auto due = Clock::now() + kPause;
    while (Clock::now() < due) core::pause();
    note_answer(Clock::now());
    try {
      answer_.write(question, SHM_INFINITE);
    } catch (const Error&) {
      return;  // as above
    }
  }
}

void Answerer::note_question(Clock::time_point when, std::span<const std::byte> question) {
  const std::scoped_lock lock(mutex_);
  if (answered_) trips_.push_back(std::chrono::duration<double, std::nano>(when - *answered_).count());
  question_.assign(question.begin(), question.end());
  has_changed_.notify_one();
}

void Answerer::end() {
  const std::scoped_lock lock(mutex_);
  has_ended_ = true;
  has_changed_.notify_one();
}

bool Answerer::wait_for_question(std::vector<std::byte>& question) {
  std::unique_lock lock(mutex_);
  has_changed_.wait(lock, [this] { return has_ended_ || !question_.empty(); });
  question = std::exchange(question_, {});
  return !has_ended_;
}

void Answerer::note_answer(Clock::time_point when) {
  const std::scoped_lock lock(mutex_);
  answered_ = when;
}

}  // namespace shmbroker::bench
