// What only a 32-bit program meets.
#include <gmock/gmock.h>

#include <regex>
#include <utility>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/widths.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kMiB = uint64_t{1} << 20;

// "beyond" is larger than a size_t can say, "large" than what a program has that does not ask for more; and
// one of each size that may fit.
std::string config() {
  std::vector<std::string> channels = {topic("beyond", "overwrite", 4096 * kMiB),
                                       topic("large", "overwrite", 2048 * kMiB)};
  for (uint64_t size = 64; size <= 1024; size *= 2)
    channels.push_back(topic("of" + std::to_string(size), "overwrite", size * kMiB));
  return config_of(channels);
}

class X86 : public ServiceTest {
 protected:
  X86() : ServiceTest(config()) {}
  void SetUp() override {
    if (x86_programs().empty()) GTEST_SKIP() << "SHM_X86_PROGRAMS names no folder of 32-bit programs";
    if (const std::string missing = x86_missing(L"receiver.exe"); !missing.empty()) GTEST_SKIP() << missing;
    receiver_ = quoted(x86_programs() / L"receiver.exe");
    ServiceTest::SetUp();
  }
  Outcome receive(const std::string& channel) const {
    Outcome outcome;
    Child receiver(receiver_ + L" --timeout 0 --channel " + std::wstring(channel.begin(), channel.end()));
    outcome.text = receiver.rest(outcome.exit_code);
    return outcome;
  }

 private:
  std::wstring receiver_;
};

TEST_F(X86, IsToldThatAChannelIsTooLargeForItAndWhatWouldFit) {
  EXPECT_SHM(SHM_OK, write(Opened(L"beyond", SHM_WRITE), "a 64-bit program has room"));
  std::string fits;
  for (const auto& [channel, size] : {std::pair{"beyond", "4096 MiB"}, std::pair{"large", "2048 MiB"}}) {
    const Outcome refused = receive(channel);
    EXPECT_NE(refused.exit_code, 0u);
    EXPECT_THAT(refused.text, AllOf(HasSubstr("channel '" + std::string(channel) + "' takes " + size),
                                    HasSubstr("of 32 bits"), HasSubstr("from a 64-bit program")));
    std::smatch found;
    ASSERT_TRUE(std::regex_search(refused.text, found, std::regex("capacity of at most ([0-9]+) MiB")))
        << refused.text;
    fits = "of" + found[1].str();
  }
  EXPECT_SHM(SHM_OK,
             ShmWrite(Opened(std::wstring(fits.begin(), fits.end()).c_str(), SHM_WRITE), L"fits", 8, 0));
  const Outcome received = receive(fits);
  EXPECT_EQ(received.exit_code, 0u) << received.text;
  EXPECT_THAT(received.text, HasSubstr("fits"));
}

}  // namespace
}  // namespace shmbroker::tests
