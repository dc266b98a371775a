#include "tests/integration/instruction_count.h"

#include <windows.h>

#include <stdexcept>

#if defined(_M_X64) || defined(_M_IX86) || defined(__x86_64__) || defined(__i386__)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <x86intrin.h>
#endif

namespace shmbroker::tests {
namespace {

constexpr DWORD kTrapFlag = 0x100;  // the processor raises an exception after the next instruction

#if defined(_M_X64) || defined(__x86_64__)
constexpr bool kHasRex = true;
auto& instruction_of(CONTEXT& context) { return context.Rip; }
auto& stack_of(CONTEXT& context) { return context.Rsp; }
#else
constexpr bool kHasRex = false;
auto& instruction_of(CONTEXT& context) { return context.Eip; }
auto& stack_of(CONTEXT& context) { return context.Esp; }
#endif

// What the handler knows. It runs on the thread that counts.
struct Steps {
  DWORD thread = 0;
  uintptr_t function = 0;
  uintptr_t return_address = 0;  // 0: the function has not been called yet
  uintptr_t stack = 0;           // where that address lies
  bool is_over = false;
  InstructionCount count;
};
Steps steps;

void count_one(const uint8_t* code) {
  ++steps.count.all;
  bool is_locked = false;
  for (;; ++code) {
    is_locked = is_locked || *code == 0xF0;
    const bool is_prefix = *code == 0xF0 || *code == 0xF2 || *code == 0xF3 || *code == 0x66 ||
                           *code == 0x67 || *code == 0x2E || *code == 0x36 || *code == 0x3E ||
                           *code == 0x26 || *code == 0x64 || *code == 0x65 ||
                           (kHasRex && (*code & 0xF0) == 0x40);
    if (!is_prefix) break;
  }
  const bool is_exchange = (code[0] == 0x86 || code[0] == 0x87) && code[1] < 0xC0;  // below: with memory
  const bool is_fence = code[0] == 0x0F && code[1] == 0xAE && code[2] >= 0xF0 && code[2] <= 0xF7;  // mfence
  const bool is_prefetch = code[0] == 0x0F && (code[1] == 0x18 || code[1] == 0x0D);
  if (is_prefetch) ++steps.count.prefetches;
  if (is_locked || is_exchange) ++steps.count.interlocked;
  if (is_fence) ++steps.count.fences;
}

LONG CALLBACK on_step(EXCEPTION_POINTERS* exception) {
  if (exception->ExceptionRecord->ExceptionCode != EXCEPTION_SINGLE_STEP ||
      steps.thread != GetCurrentThreadId()) {
    return EXCEPTION_CONTINUE_SEARCH;
  }
  CONTEXT& context = *exception->ContextRecord;
  const uintptr_t instruction = instruction_of(context);
  const uintptr_t stack = stack_of(context);
  if (steps.return_address == 0 && instruction == steps.function) {
    steps.return_address = *reinterpret_cast<const uintptr_t*>(stack);
    steps.stack = stack;
  }
  if (steps.return_address != 0) {
    steps.is_over = steps.is_over || (instruction == steps.return_address && stack > steps.stack);
    if (!steps.is_over) count_one(reinterpret_cast<const uint8_t*>(instruction));
  }
  context.EFlags = steps.is_over ? context.EFlags & ~kTrapFlag : context.EFlags | kTrapFlag;
  return EXCEPTION_CONTINUE_EXECUTION;
}

class Handler {
 public:
  Handler() : handle_(AddVectoredExceptionHandler(/*First=*/1, on_step)) {}
  ~Handler() { RemoveVectoredExceptionHandler(handle_); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

 private:
  void* handle_;
};

}  // namespace

bool can_count_instructions() { return true; }

InstructionCount count_instructions(const void* function, const std::function<void()>& call) {
  const Handler handler;
  steps = {};
  steps.thread = GetCurrentThreadId();
  steps.function = reinterpret_cast<uintptr_t>(function);
  __writeeflags(__readeflags() | kTrapFlag);
  call();
  // Off already where the function was called.
  __writeeflags(__readeflags() & ~decltype(__readeflags()){kTrapFlag});
  steps.thread = 0;
  if (!steps.is_over)
    throw std::logic_error("the function whose instructions are to be counted was not called");
  return steps.count;
}

}  // namespace shmbroker::tests

#else

namespace shmbroker::tests {

bool can_count_instructions() { return false; }
InstructionCount count_instructions(const void*, const std::function<void()>&) {
  throw std::logic_error("the instructions of this processor are not known");
}

}  // namespace shmbroker::tests

#endif
