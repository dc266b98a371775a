// What the deaths of clients have in common: one service for all of them, so that what each leaves behind
// adds up.
#pragma once

#include "tests/crash/leaks.h"
#include "tests/crash/record.h"
#include "tests/support/service_fixture.h"

namespace shmbroker::tests {

// Milliseconds: far more than it takes, so that a busy machine fails no test.
inline constexpr uint32_t kSoon = 10'000;

inline std::wstring wide(const std::string& name) { return {name.begin(), name.end()}; }

// A numbered stream, and an empty message at its end.
inline void write_stream(ShmChannel out, uint32_t writer, uint32_t count) {
  EXPECT_SHM(SHM_OK, produce(out, writer, count, How::copied, kSoon));
  EXPECT_SHM(SHM_OK, ShmWrite(out, nullptr, 0, kSoon));
}

}  // namespace shmbroker::tests
