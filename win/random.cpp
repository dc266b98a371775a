#include "win/random.h"

#include <bcrypt.h>

namespace shmbroker::win {
namespace {

using Generate = decltype(&BCryptGenRandom);

// An import of bcrypt.dll would be looked for beside the program first: it is none of those that Windows
// always takes from its own folder ("known DLLs").
Generate find_generate() {
  const HMODULE dll = LoadLibraryExW(L"bcrypt.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (dll == nullptr) return nullptr;
  return reinterpret_cast<Generate>(reinterpret_cast<void*>(GetProcAddress(dll, "BCryptGenRandom")));
}

}  // namespace

bool fill_random(void* memory, ULONG size) {
  static const Generate generate = find_generate();
  return generate != nullptr &&
         generate(nullptr, static_cast<PUCHAR>(memory), size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

}  // namespace shmbroker::win
