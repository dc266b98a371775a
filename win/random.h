// Random numbers that nobody can guess.
#pragma once

#include <windows.h>

namespace shmbroker::win {

// Fills memory with them. Returns false where Windows has none.
bool fill_random(void* memory, ULONG size);

}  // namespace shmbroker::win
