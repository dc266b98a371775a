#include "axis.h"

#include <algorithm>
#include <cmath>

namespace samples::monitor {
namespace {

// Where there is next to nothing, an axis that shows how little it is.
constexpr double kLeastNumber = 1;
constexpr double kLeastBytes = 1024;

// 1, 2 or 5 with zeros, not smaller than this.
double round_up(double number) {
  const double power = std::pow(10, std::floor(std::log10(number)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (number <= digit * power * (1 + 1e-9)) return digit * power;
  }
  return 10 * power;
}

// A power of two: 256 B, 16 KiB, 1 MiB. Steps of 500 KiB would not meet a MiB.
double round_up_bytes(double bytes) { return std::exp2(std::ceil(std::log2(bytes) - 1e-9)); }

}  // namespace

Axis nice_axis(double largest, int most_steps, Unit unit) {
  const double reached = std::max(largest, unit == Unit::bytes ? kLeastBytes : kLeastNumber);
  const double wanted = reached / most_steps;
  const double step = unit == Unit::bytes ? round_up_bytes(wanted) : round_up(wanted);
  return {step, static_cast<int>(std::ceil(reached / step - 1e-9))};
}

}  // namespace samples::monitor
