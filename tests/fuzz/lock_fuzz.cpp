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
  bool sleep() override {
    line_.word.store(input_.take<uint32_t>());
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
  const auto slot_only = [](uint32_t slot) { fuzz::require(slot < 64); };
  while (!input.empty()) {
    const uint32_t slot = input.below(64);
    bool woken = false;
    switch (input.take<uint8_t>() % 10) {
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
        break;
      case 5:
        core::mark_waiting(readers, slot);
        fuzz::require(core::is_marked_waiting(readers, slot));
        break;
      case 6:
        core::unmark_waiting(readers, slot);
        break;
      case 7:
        core::for_each_slot(core::take_waiting(readers), slot_only);
        break;
      case 8:
        core::mark_waiting_for_space(readers, slot);
        core::unmark_waiting_for_space(readers, slot);
        break;
      default:
        core::for_each_slot(core::take_waiting_writers(readers), slot_only);
        break;
    }
  }
  return 0;
}
