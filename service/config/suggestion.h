// "Did you mean": the word that a mistyped one was probably to be.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace shmbroker::service {

// How many letters must be put in, left out, replaced or swapped with their neighbour, whatever their case.
inline size_t typing_errors(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::vector<size_t>> errors(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t k = 0; k <= b.size(); ++k) {
      if (i == 0 || k == 0) {
        errors[i][k] = i + k;
        continue;
      }
      const bool same = lower(a[i - 1]) == lower(b[k - 1]);
      errors[i][k] =
          std::min({errors[i - 1][k] + 1, errors[i][k - 1] + 1, errors[i - 1][k - 1] + (same ? 0u : 1u)});
      const bool swapped =
          i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) && lower(a[i - 2]) == lower(b[k - 1]);
      if (swapped) errors[i][k] = std::min(errors[i][k], errors[i - 2][k - 2] + 1);
    }
  }
  return errors[a.size()][b.size()];
}

// `; did you mean "kind"?`, or "" where no word is near.
template <class Words>
std::string suggestion(std::string_view given, const Words& words) {
  std::string nearest;
  size_t fewest = given.size() > 64 ? 0 : std::min<size_t>(3, given.size() / 3 + 1);
  for (const std::string_view word : words) {
    const size_t errors = typing_errors(given.substr(0, 64), word);
    if (errors > fewest || (errors == fewest && !nearest.empty())) continue;
    fewest = errors;
    nearest = word;
  }
  return nearest.empty() || fewest >= nearest.size() ? "" : "; did you mean \"" + nearest + "\"?";
}

}  // namespace shmbroker::service
