// What is found wrong with a configuration while it is read: all of it, and not just the first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "service/config/json_tree.h"

namespace shmbroker::service {

class ConfigReport {
 public:
  // file: its name. text: what is in it, for as long as the report lives.
  ConfigReport(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  // at: where in the text. pointer: the JSON pointer of the value there; "": the whole.
  void add_error(size_t at, const std::string& pointer, const std::string& what);
  void add_warning(size_t at, const std::string& pointer, const std::string& what);

  // The beginning of a value as the file has it, in one short line.
  std::string excerpt(const JsonTree& value) const;

  std::string place_of(size_t at) const;  // "line 2, column 7"
  std::string whole_place_of(size_t at) const { return file_ + ": " + place_of(at); }

  // Throws ConfigError if there was an error. Returns the warnings.
  std::vector<std::string> finish();

 private:
  struct Finding {
    size_t at;
    std::string line;
  };
  static std::vector<std::string> lines_of(std::vector<Finding>& findings);
  std::string line_of(size_t at, const std::string& pointer, const std::string& what) const;

  // How far place_of() has counted: it is asked about one place after the other.
  struct Counted {
    size_t at = 0;
    size_t line = 1;
    size_t column = 1;
  };

  std::string file_;
  std::string_view text_;
  mutable Counted counted_;
  std::vector<Finding> errors_;
  std::vector<Finding> warnings_;
};

// Thrown when the value in hand is of no use, and the report says why. The rest of the file is looked at
// still.
struct Unusable {};

}  // namespace shmbroker::service
