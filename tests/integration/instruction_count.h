// Counts the instructions of a call, by single steps through the machine code that runs, in whatever module
// it is.
#pragma once

#include <cstdint>
#include <functional>

namespace shmbroker::tests {

// Whether this processor's instructions are known here: those of x86.
bool can_count_instructions();

struct InstructionCount {
  uint64_t all = 0;
  uint64_t interlocked =
      0;  // that lock the memory: a lock prefix, or an exchange with memory, which locks by itself
  uint64_t fences = 0;      // that wait for all stores before them
  uint64_t prefetches = 0;  // that ask for a line and wait for nothing
};

// Runs call(), which calls `function` on this thread, and counts from that function's first instruction to
// its return. One thread at a time may count. Throws std::logic_error where call() does not call the
// function.
InstructionCount count_instructions(const void* function, const std::function<void()>& call);

}  // namespace shmbroker::tests
