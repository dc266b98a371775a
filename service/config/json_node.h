// A value of a configuration with what may be expected of it. Whatever is not as expected goes into a report,
// with its place and its JSON pointer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/config/config_report.h"
#include "service/config/json_tree.h"
#include "service/config/suggestion.h"

namespace shmbroker::service {

class JsonNode {
 public:
  JsonNode(const JsonTree& tree, std::string pointer, ConfigReport& report)
      : tree_(tree), pointer_(std::move(pointer)), report_(report) {}

  // Reports what was expected and what was found, and throws Unusable. hint: "", or "; " and what to do.
  [[noreturn]] void fail(const std::string& expected, const std::string& hint = {}) const;

  void warn(const std::string& what) const { report_.add_warning(tree_.at, pointer_, what); }

  // Reports if this is no object, or one that has another member than these, or the same one twice.
  const JsonNode& object(std::initializer_list<const char*> members) const;

  // A member, with whatever read() finds wrong in it; nothing where there is none or it is of no use. needed:
  // reports where it is missing.
  template <class Read>
  auto member(const char* name, Read&& read, bool needed = false) const
      -> std::optional<decltype(read(std::declval<const JsonNode&>()))>;
  template <class Read>
  auto needed(const char* name, Read&& read) const {
    return member(name, std::forward<Read>(read), true);
  }
  const std::string& pointer() const { return pointer_; }
  std::string place() const { return report_.whole_place_of(tree_.at); }
  bool has(const char* name) const { return find(name) != nullptr; }

  // What read() makes of each element of this array; those of no use are left out.
  template <class Read>
  auto each(Read&& read) const -> std::vector<decltype(read(std::declval<const JsonNode&>()))>;

  // Not empty.
  std::string string(const std::string& expected = "a string") const;
  // A string that has no use for control characters; one that has them was meant to have a backslash.
  std::string plain_string(const std::string& expected) const;
  bool boolean() const;
  uint64_t number(uint64_t least, uint64_t most) const;
  uint64_t size(uint64_t least, uint64_t most) const;  // a number of bytes: 4096, or "64 MiB"

  // One of several words, each with what it stands for.
  template <class Value>
  Value choice(std::initializer_list<std::pair<const char*, Value>> words) const;

 private:
  const JsonTree* find(const char* name) const;
  JsonNode below(const JsonTree& tree, const std::string& step) const;
  void check_member(const JsonTree::Member& member, std::initializer_list<const char*> known) const;
  [[noreturn]] void fail_choice(const std::vector<const char*>& words) const;

  const JsonTree& tree_;
  std::string pointer_;
  ConfigReport& report_;
};

template <class Read>
auto JsonNode::member(const char* name, Read&& read, bool needed) const
    -> std::optional<decltype(read(std::declval<const JsonNode&>()))> {
  try {
    const JsonTree* const found = find(name);
    if (found != nullptr) return read(below(*found, name));
    if (needed) fail(std::string("an object with the member \"") + name + '"');
  } catch (const Unusable&) {
    // The report has it.
  }
  return std::nullopt;
}

template <class Read>
auto JsonNode::each(Read&& read) const -> std::vector<decltype(read(std::declval<const JsonNode&>()))> {
  if (!tree_.value.is_array()) fail("an array");
  std::vector<decltype(read(std::declval<const JsonNode&>()))> all;
  for (size_t i = 0; i < tree_.elements.size(); ++i) {
    try {
      all.push_back(read(below(tree_.elements[i], std::to_string(i))));
    } catch (const Unusable&) {
      // As above.
    }
  }
  return all;
}

template <class Value>
Value JsonNode::choice(std::initializer_list<std::pair<const char*, Value>> words) const {
  std::vector<const char*> known;
  for (const auto& [word, value] : words) {
    if (tree_.value == word) return value;
    known.push_back(word);
  }
  fail_choice(known);
}

}  // namespace shmbroker::service
