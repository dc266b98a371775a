// The channels that keep messages, for the tests that they share: each kind at its smallest, 64 KiB.
#pragma once

#include <string>

#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {

class Rings : public ServiceTest {
 protected:
  Rings()
      : ServiceTest(config_of(
            {block("block"), topic("wait", "wait"), topic("overwrite", "overwrite"), queue("queue")})) {}
};

// A test of several kinds: its parameter is the channel's name.
class EachRing : public Rings, public testing::WithParamInterface<const wchar_t*> {
 protected:
  static const wchar_t* wide() { return GetParam(); }
  static std::string narrow() { return narrow(GetParam()); }
  static bool is(const wchar_t* name) { return name == std::wstring(GetParam()); }

 public:
  static std::string narrow(const std::wstring& name) { return {name.begin(), name.end()}; }
  static std::string title(const testing::TestParamInfo<const wchar_t*>& info) { return narrow(info.param); }
};

// A text that shows its number, and of which few fit into a ring.
inline std::string numbered(uint64_t number, size_t size = 500) {
  std::string text = std::to_string(number);
  text.resize(size, '.');
  return text;
}

// Writes texts of rising numbers until there is no room. Returns the number of the first that did not fit.
inline uint64_t fill(ShmChannel channel, uint64_t number = 0) {
  int32_t status = SHM_OK;
  while ((status = write(channel, numbered(number))) == SHM_OK) ++number;
  EXPECT_SHM(SHM_E_FULL, status);
  return number;
}

// Reads the next message, of any size.
inline Answer read_large(ShmChannel channel, uint32_t timeout_ms = 0) {
  std::string text(64 * 1024, '\0');
  size_t size = 0;
  const int32_t status = ShmRead(channel, text.data(), text.size(), &size, timeout_ms);
  text.resize(status >= 0 ? size : 0);
  return {status, text};
}

}  // namespace shmbroker::tests
