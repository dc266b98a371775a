// The steps of a chart's upward axis: few, and round.
#pragma once

namespace samples::monitor {

enum class Unit { number, bytes };

struct Axis {
  double step;
  int steps;
  double top() const { return step * steps; }
};

// The axis with the smallest round step that reaches largest in at most most_steps.
Axis nice_axis(double largest, int most_steps, Unit unit);

}  // namespace samples::monitor
