// How the log and error texts name a process.
#pragma once

#include <cstdint>
#include <string>

namespace shmbroker::service {

// "process 412 (receiver.exe, CONTOSO\\bob)". program, account: "" where they are not known.
std::string process_words(uint32_t pid, const std::wstring& program, const std::wstring& account);

}  // namespace shmbroker::service
