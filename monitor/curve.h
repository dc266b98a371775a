// A figure over time, as a chart shows it.
#pragma once

#include <vector>

#include "observations.h"

namespace samples::monitor {

struct Point {
  double age;  // seconds
  double value;
};

// Stretches without a gap, each from its oldest point to its newest.
using Curve = std::vector<std::vector<Point>>;

// Where nothing was observed for some seconds, or nothing is known, there is a gap.
Curve rate_curve(const std::deque<Sample>& past);
Curve lag_curve(const std::deque<Sample>& past);

// The largest value, 0 of nothing.
double peak(const Curve& curve);

}  // namespace samples::monitor
