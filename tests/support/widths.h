// Programs of 32 and of 64 bits beside each other. ctest says in the environment where those of the other
// width are.
#pragma once

#include <filesystem>
#include <string>

namespace shmbroker::tests {

// The folder of the 32-bit programs that a 64-bit test is to start (SHM_X86_PROGRAMS), or of the 64-bit ones,
// the service among them, that a 32-bit test is to start (SHM_X64_PROGRAMS). Empty where none is named.
std::filesystem::path x86_programs();
std::filesystem::path x64_programs();

// Why a program of x86_programs() can't be started here: empty where it can, and where none is named.
std::string x86_missing(const wchar_t* program);

bool runs_x86();

}  // namespace shmbroker::tests
