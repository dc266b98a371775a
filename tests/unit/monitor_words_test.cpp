// Figures, axes and bytes as the monitor writes them.
#include <gmock/gmock.h>

#include <cstring>
#include <string_view>

#include "monitor/axis.h"
#include "monitor/hex_dump.h"
#include "monitor/words.h"

namespace samples::monitor {
namespace {

TEST(MonitorWords, Numbers) {
  EXPECT_EQ(number_word(0), L"0");
  EXPECT_EQ(number_word(999), L"999");
  EXPECT_EQ(number_word(1000), L"1,000");
  EXPECT_EQ(number_word(1'234'567), L"1,234,567");
  EXPECT_EQ(number_word(UINT64_MAX), L"18,446,744,073,709,551,615");
}

TEST(MonitorWords, Rates) {
  EXPECT_EQ(rate_word(0), L"0");
  EXPECT_EQ(rate_word(0.5), L"0.5");
  EXPECT_EQ(rate_word(3), L"3");
  EXPECT_EQ(rate_word(9.96), L"10");
  EXPECT_EQ(rate_word(1234.6), L"1,235");
}

TEST(MonitorWords, ShortNumbers) {
  EXPECT_EQ(short_number_word(0.2), L"0.2");
  EXPECT_EQ(short_number_word(500), L"500");
  EXPECT_EQ(short_number_word(1500), L"1.5 k");
  EXPECT_EQ(short_number_word(20'000'000), L"20 M");
}

TEST(MonitorWords, ProcessesWithTheirProgramsWhereTheyAreKnown) {
  EXPECT_EQ(process_word(7, {{7, L"a.exe"}}), L"7 a.exe");
  EXPECT_EQ(process_word(8, {{7, L"a.exe"}}), L"8");
}

struct AxisCase {
  double largest;
  Unit unit;
  double step;
  int steps;
};

class MonitorAxis : public testing::TestWithParam<AxisCase> {};

TEST_P(MonitorAxis, HasFewRoundStepsAndReachesTheLargest) {
  const AxisCase& expected = GetParam();
  const Axis axis = nice_axis(expected.largest, 5, expected.unit);
  EXPECT_DOUBLE_EQ(axis.step, expected.step);
  EXPECT_EQ(axis.steps, expected.steps);
  EXPECT_GE(axis.top() * (1 + 1e-9), expected.largest);
}

constexpr double kKiB = 1024;
INSTANTIATE_TEST_SUITE_P(Axes, MonitorAxis,
                         testing::Values(AxisCase{0, Unit::number, 0.2, 5}, AxisCase{3.9, Unit::number, 1, 4},
                                         AxisCase{5, Unit::number, 1, 5}, AxisCase{5.1, Unit::number, 2, 3},
                                         AxisCase{93'000, Unit::number, 20'000, 5},
                                         AxisCase{21e6, Unit::number, 5e6, 5},
                                         AxisCase{0, Unit::bytes, 256, 4},
                                         AxisCase{64 * kKiB, Unit::bytes, 16 * kKiB, 4},
                                         AxisCase{kKiB * kKiB, Unit::bytes, 256 * kKiB, 4},
                                         AxisCase{5 * kKiB * kKiB, Unit::bytes, kKiB* kKiB, 5}));

TEST(MonitorAxis, MakesDoWithOneStep) {
  EXPECT_EQ(nice_axis(70, 1, Unit::number).steps, 1);
  EXPECT_DOUBLE_EQ(nice_axis(70, 1, Unit::number).step, 100);
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(MonitorHex, ShowsOffsetBytesAndAscii) {
  EXPECT_EQ(hex_dump(bytes("hello")), L"00000000  68 65 6c 6c 6f                                    hello");
}

TEST(MonitorHex, ShowsADotForWhatIsNotAscii) {
  using namespace std::string_view_literals;
  EXPECT_EQ(hex_dump(bytes("\0\x7f\xff ~"sv)),
            L"00000000  00 7f ff 20 7e                                    ... ~");
}

TEST(MonitorHex, HasALineForEach16Bytes) {
  EXPECT_EQ(hex_dump(bytes("0123456789abcdefX"), L"|"),
            L"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef|"
            L"00000010  58                                                X");
}

TEST(MonitorHex, OfNothingIsEmpty) {
  EXPECT_EQ(hex_dump({}), L"");
  EXPECT_EQ(hex_line({}, 4), L"");
}

TEST(MonitorHex, ALineEndsWhereItIsTold) {
  EXPECT_EQ(hex_line(bytes("abc"), 3), L"61 62 63");
  EXPECT_EQ(hex_line(bytes("abc"), 2), L"61 62 \u2026");
}

}  // namespace
}  // namespace samples::monitor
