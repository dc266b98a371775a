#include "curve.h"

#include <algorithm>

namespace samples::monitor {
namespace {

constexpr uint64_t kGapMs = 3500;  // more than a look that came late

template <class ValueOf>
Curve curve_of(const std::deque<Sample>& past, ValueOf value_of) {
  Curve curve;
  const Sample* before = nullptr;
  for (const Sample& sample : past) {
    const std::optional<double> value = value_of(sample);
    if (value) {
      if (before == nullptr || sample.time_ms - before->time_ms > kGapMs) curve.emplace_back();
      curve.back().push_back({static_cast<double>(past.back().time_ms - sample.time_ms) / 1000, *value});
    }
    before = value ? &sample : nullptr;
  }
  return curve;
}

}  // namespace

Curve rate_curve(const std::deque<Sample>& past) {
  return curve_of(past, [](const Sample& sample) { return sample.rate; });
}

Curve lag_curve(const std::deque<Sample>& past) {
  return curve_of(past, [](const Sample& sample) { return std::optional(static_cast<double>(sample.lag)); });
}

double peak(const Curve& curve) {
  double largest = 0;
  for (const auto& stretch : curve) {
    for (const Point& point : stretch) largest = std::max(largest, point.value);
  }
  return largest;
}

}  // namespace samples::monitor
