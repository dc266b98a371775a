#include "service/config/json_node.h"

#include <algorithm>

namespace shmbroker::service {
namespace {

// One step of a JSON pointer, as RFC 6901 has it.
std::string escaped(const std::string& step) {
  std::string text;
  for (const char c : step) {
    if (c == '~') text += "~0";
    if (c == '/') text += "~1";
    if (c != '~' && c != '/') text += c;
  }
  return text;
}

bool equal_but_for_case(const std::string& a, const std::string& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool parse_size(const std::string& text, uint64_t& bytes) {
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

}  // namespace

void JsonNode::fail(const std::string& expected, const std::string& hint) const {
  report_.add_error(tree_.at, pointer_, "expected " + expected + ", found " + report_.excerpt(tree_) + hint);
  throw Unusable();
}

const JsonNode& JsonNode::object(std::initializer_list<const char*> members) const {
  if (!tree_.value.is_object()) fail("an object");
  for (const JsonTree::Member& member : tree_.members) check_member(member, members);
  return *this;
}

void JsonNode::check_member(const JsonTree::Member& member, std::initializer_list<const char*> known) const {
  const auto first = std::ranges::find_if(tree_.members, [&](const JsonTree::Member& other) {
    return equal_but_for_case(other.name, member.name);
  });
  const std::string pointer = pointer_ + "/" + escaped(member.name);
  if (first->at != member.at) {
    report_.add_error(member.at, pointer,
                      "is given twice, first at " + report_.place_of(first->at) + "; keep one of them");
    return;
  }
  if (std::ranges::find(known, member.name) != known.end()) return;
  std::string list;
  for (const char* each : known) list += (list.empty() ? "" : ", ") + std::string(each);
  const JsonTree name{Json(member.name), member.at, member.at, {}, {}};
  report_.add_error(member.at, pointer,
                    "expected one of the members " + list + ", found " + report_.excerpt(name) +
                        suggestion(member.name, known));
}

const JsonTree* JsonNode::find(const char* name) const {
  const auto found = std::ranges::find(tree_.members, name, &JsonTree::Member::name);
  return found != tree_.members.end() ? &found->value : nullptr;
}

JsonNode JsonNode::below(const JsonTree& tree, const std::string& step) const {
  return {tree, pointer_ + "/" + escaped(step), report_};
}

std::string JsonNode::string(const std::string& expected) const {
  if (!tree_.value.is_string()) fail(expected);
  if (tree_.value.get_ref<const std::string&>().empty()) fail(expected, ", which is empty");
  return tree_.value.get<std::string>();
}

std::string JsonNode::plain_string(const std::string& expected) const {
  const std::string text = string(expected);
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    fail(expected, R"(, which has a control character; in JSON a backslash is written twice: "\\")");
  return text;
}

bool JsonNode::boolean() const {
  if (!tree_.value.is_boolean()) fail("true or false");
  return tree_.value.get<bool>();
}

uint64_t JsonNode::number(uint64_t least, uint64_t most) const {
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (!tree_.value.is_number_unsigned()) fail(expected);
  const auto number = tree_.value.get<uint64_t>();
  if (number < least || number > most) fail(expected);
  return number;
}

uint64_t JsonNode::size(uint64_t least, uint64_t most) const {
  const std::string expected = "a size from " + std::to_string(least) + " to " + std::to_string(most) +
                               " bytes, such as 4096 or \"64 MiB\"";
  uint64_t bytes = 0;
  if (tree_.value.is_number_unsigned()) {
    bytes = tree_.value.get<uint64_t>();
  } else if (!tree_.value.is_string() || !parse_size(tree_.value.get_ref<const std::string&>(), bytes)) {
    fail(expected);
  }
  if (bytes < least || bytes > most) fail(expected);
  return bytes;
}

void JsonNode::fail_choice(const std::vector<const char*>& words) const {
  std::string expected;
  for (const char* word : words) expected += (expected.empty() ? "\"" : ", \"") + std::string(word) + '"';
  const std::string given = tree_.value.is_string() ? tree_.value.get<std::string>() : "";
  fail("one of " + expected, suggestion(given, words));
}

}  // namespace shmbroker::service
