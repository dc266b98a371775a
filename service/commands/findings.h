// What a command has looked at, what it has found, and whether that is as it should be.
#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>

namespace shmbroker::service {

class Findings {
 public:
  enum class Show { lines, nothing };  // lines: each at once, for a person

  explicit Findings(Show show) : show_(show) {}

  void note(bool good, const std::string& what, const std::string& found);

  // Looks, and notes what it throws as wrong. look(): returns what was found.
  template <class Look>
  bool run(const std::string& what, Look&& look) {
    std::string found;
    try {
      found = look();
    } catch (const std::exception& error) {
      note(false, what, error.what());
      return false;
    }
    note(true, what, found);
    return true;
  }

  bool have_failed() const { return have_failed_; }
  const nlohmann::ordered_json& json() const { return all_; }

 private:
  Show show_;
  bool have_failed_ = false;
  nlohmann::ordered_json all_ = nlohmann::ordered_json::array();
};

}  // namespace shmbroker::service
