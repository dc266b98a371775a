// A JSON document, with comments, whose values know where in the text they stand.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace shmbroker::service {

using Json = nlohmann::json;

struct JsonTree {
  struct Member;

  Json value;      // a scalar; of an array or an object, an empty one
  size_t at = 0;   // of its first byte in the text
  size_t end = 0;  // behind its last one
  std::vector<JsonTree> elements;
  std::vector<Member> members;  // in the text's order, and one that is given twice stands twice
};

struct JsonTree::Member {
  std::string name;
  size_t at;  // of the name
  JsonTree value;
};

// Why a text is no JSON, and where.
class JsonSyntaxError : public std::runtime_error {
 public:
  JsonSyntaxError(const std::string& text, size_t at) : std::runtime_error(text), at_(at) {}
  size_t at() const { return at_; }

 private:
  size_t at_;
};

// text: UTF-8. Throws JsonSyntaxError.
JsonTree parse_json(std::string_view text);

}  // namespace shmbroker::service
