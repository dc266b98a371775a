// "Did you mean": the word that a mistyped one was probably to be.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace shmbroker::service {

enum class Case { counts, is_ignored };

// How many letters must be put in, left out, replaced or swapped with their neighbour.
inline size_t typing_errors(std::string_view a, std::string_view b, Case letters) {
  const auto lower = [letters](char c) {
    return letters == Case::is_ignored && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
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

// `; did you mean "kind"?`, or "" where no word is near. Of two that are equally near but for case, the one
// that is nearer with it.
template <class Words>
std::string suggestion(std::string_view given, const Words& words) {
  std::string nearest;
  size_t fewest = given.size() > 64 ? 0 : std::min<size_t>(3, given.size() / 3 + 1);
  given = given.substr(0, 64);
  for (const std::string_view word : words) {
    const size_t errors = typing_errors(given, word, Case::is_ignored);
    if (errors > fewest) continue;
    if (errors == fewest && !nearest.empty() &&
        typing_errors(given, word, Case::counts) >= typing_errors(given, nearest, Case::counts)) {
      continue;
    }
    fewest = errors;
    nearest = word;
  }
  return nearest.empty() || fewest >= nearest.size() ? "" : "; did you mean \"" + nearest + "\"?";
}

}  // namespace shmbroker::service
