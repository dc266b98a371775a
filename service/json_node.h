// A value of a JSON document that knows where it stands, so that an error can name the place.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/config.h"

namespace shmbroker::service {

using Json = nlohmann::json;

// Each step down adds to the pointer that an error will name. What is not as expected is a ConfigError.
class Node {
 public:
  Node(const Json& value, std::string pointer, const std::string& file)
      : value_(value), pointer_(std::move(pointer)), file_(file) {}

  [[noreturn]] void fail(const std::string& expected) const {
    std::string found = value_.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (found.size() > kMostShown) {
      size_t end = kMostShown - 3;
      while ((static_cast<unsigned char>(found[end]) & 0xC0) == 0x80) --end;  // a character stays whole
      found = found.substr(0, end) + "...";
    }
    throw ConfigError(file_ + ": " + (pointer_.empty() ? "/" : pointer_) + ": expected " + expected +
                      ", found " + found);
  }

  // Checks that this is an object with no other members than these.
  const Node& object(std::initializer_list<const char*> members) const {
    if (!value_.is_object()) fail("an object");
    for (const auto& [key, ignored] : value_.items()) {
      bool known = false;
      std::string list;
      for (const char* member : members) {
        known = known || key == member;
        list += (list.empty() ? "" : ", ") + std::string(member);
      }
      if (!known) Node(Json(key), pointer_ + "/" + key, file_).fail("one of the members " + list);
    }
    return *this;
  }

  std::optional<Node> find(const char* member) const {
    const auto found = value_.find(member);
    if (found == value_.end()) return std::nullopt;
    return Node(*found, pointer_ + "/" + member, file_);
  }

  Node at(const char* member) const {
    auto found = find(member);
    if (!found) fail(std::string("an object with the member \"") + member + '"');
    return *found;
  }

  std::vector<Node> array() const {
    if (!value_.is_array()) fail("an array");
    std::vector<Node> nodes;
    for (size_t i = 0; i < value_.size(); ++i) {
      nodes.emplace_back(value_[i], pointer_ + "/" + std::to_string(i), file_);
    }
    return nodes;
  }

  std::string string(const char* expected = "a string") const {
    if (!value_.is_string() || value_.get_ref<const std::string&>().empty()) fail(expected);
    return value_.get<std::string>();
  }

  bool boolean() const {
    if (!value_.is_boolean()) fail("true or false");
    return value_.get<bool>();
  }

  // One of several words, each with what it stands for.
  template <class Value>
  Value choice(std::initializer_list<std::pair<const char*, Value>> words) const {
    std::string expected;
    for (const auto& [word, value] : words) {
      if (value_ == word) return value;
      expected += (expected.empty() ? "\"" : ", \"") + std::string(word) + '"';
    }
    fail("one of " + expected);
  }

  uint64_t number(uint64_t least, uint64_t most) const {
    const std::string expected =
        "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!value_.is_number_unsigned()) fail(expected);
    const auto number = value_.get<uint64_t>();
    if (number < least || number > most) fail(expected);
    return number;
  }

  // A number of bytes: 4096, or "64 MiB".
  uint64_t size(uint64_t least, uint64_t most) const {
    const std::string expected = "a size from " + std::to_string(least) + " to " + std::to_string(most) +
                                 " bytes, such as 4096 or \"64 MiB\"";
    uint64_t bytes = 0;
    if (value_.is_number_unsigned()) {
      bytes = value_.get<uint64_t>();
    } else if (!value_.is_string() || !parse_size(value_.get_ref<const std::string&>(), bytes)) {
      fail(expected);
    }
    if (bytes < least || bytes > most) fail(expected);
    return bytes;
  }

 private:
  static constexpr size_t kMostShown = 60;  // bytes of a wrong value

  static bool parse_size(const std::string& text, uint64_t& bytes) {
    size_t digits = 0;
    uint64_t number = 0;
    for (; digits < text.size() && digits < 12 && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
      number = number * 10 + static_cast<uint64_t>(text[digits] - '0');
    }
    if (digits == 0) return false;
    const std::string unit = text.substr(text[digits] == ' ' ? digits + 1 : digits);
    const std::string units[] = {"B", "KiB", "MiB", "GiB"};
    for (unsigned power = 0; power < 4; ++power) {
      // 12 digits times 2^30 stays below 2^70: refuse what would not fit into 64 bits.
      if (unit != units[power] || number > (UINT64_MAX >> (10 * power))) continue;
      bytes = number << (10 * power);
      return true;
    }
    return false;
  }

  const Json value_;
  std::string pointer_;
  const std::string& file_;
};

}  // namespace shmbroker::service
