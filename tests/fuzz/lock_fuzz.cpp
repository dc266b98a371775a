// The lock's word and the marks of those who sleep, under somebody who writes into them.
#include "core/robust_lock.h"
#include "core/space_waking.h"
#include "core/waking.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

// Sleeps a few times, during which somebody scribbles, and then gives up.
class Sleeper final : public core::LockWait {
 public:
  Sleeper(Input& input, core::LockLine& line) : input_(input), line_(line) {}
  ~Sleeper() { require(!entered_); }
  bool enter() override {
    entered_ = input_.take<uint8_t>() % 8 != 0;
    return entered_;
  }
  void leave() override { entered_ = false; }
  bool sleep(uint32_t, bool& has_waited) override {
    line_.word.store(input_.take<uint32_t>());
    line_.awaited.store(input_.take<uint32_t>());
    has_waited = input_.take<uint8_t>() % 2 != 0;
    return ++sleeps_ < 8;
  }

 private:
  Input& input_;
  core::LockLine& line_;
  int sleeps_ = 0;
  bool entered_ = false;
};

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace shmbroker;
  fuzz::Input input(bytes, size);
  const core::Sections sections(core::block_of(64));
  core::LockLine& line = sections.data().lock;
  core::ReadersSection& readers = sections.readers();
  core::RobustLock lock(line);
  uint32_t taken = 0;
  const auto slot_only = [](uint32_t slot) { fuzz::require(slot < 64); };
  while (!input.empty()) {
    const uint32_t slot = input.below(64);
    bool woken = false;
    switch (input.take<uint8_t>() % 11) {
      case 0:
        line.word.store(input.take<uint32_t>());
        break;
      case 1: {
        fuzz::Sleeper sleeper(input, line);
        lock.lock(slot, 3, sleeper);
        break;
      }
      case 2:
        (void)lock.unlock();
        break;
      case 3:
        lock.release_dead(core::all_but(slot), woken);
        fuzz::require(lock.owner() != slot &&
                      (lock.owner() < 64 || lock.owner() == core::RobustLock::kNobody));
        break;
      case 4:
        readers.waiting.store(input.take<uint64_t>());
        readers.waiting_writers.store(input.take<uint64_t>());
        readers.waiting_takers.store(input.take<uint64_t>());
        break;
      case 5:
        core::mark_waiting(readers.waiting, slot);
        fuzz::require(core::has_mark(readers.waiting, slot));
        break;
      case 6:
        core::clear_mark(readers.waiting, slot);
        break;
      case 7:
        core::for_each_slot(core::take_waiting(readers), slot_only);
        break;
      case 8:
        core::set_mark(readers.waiting_writers, slot);
        fuzz::require(core::clear_mark(readers.waiting_writers, slot));
        break;
      case 9:
        fuzz::require(!core::take_mark(readers.waiting_takers, ~core::all_but(slot), taken) || taken == slot);
        break;
      default:
        core::for_each_slot(core::take_waiting_writers(readers), slot_only);
        break;
    }
  }
  return 0;
}
