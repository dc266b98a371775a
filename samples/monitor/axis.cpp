#include "axis.h"

#include <algorithm>
#include <cmath>

namespace samples::monitor {
namespace {

// 1, 2 or 5 with zeros, not smaller than this.
double round_up(double number) {
  const double power = std::pow(10, std::floor(std::log10(number)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (number <= digit * power * (1 + 1e-9)) return digit * power;
  }
  return 10 * power;
}

// The same of KiB, MiB and so on.
double round_up_bytes(double bytes) {
  double unit = 1;
  while (bytes > 500 * unit) unit *= 1024;
  return std::max(1.0, round_up(bytes / unit)) * unit;
}

}  // namespace

Axis nice_axis(double largest, int most_steps, Unit unit) {
  const double step_wanted = std::max(largest, 1.0) / most_steps;
  const double step = unit == Unit::bytes ? round_up_bytes(step_wanted) : round_up(step_wanted);
  return {step, std::max(1, static_cast<int>(std::ceil(largest / step - 1e-9)))};
}

}  // namespace samples::monitor
