#include "service/config/config_edit.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "service/config/json_tree.h"

namespace shmbroker::service {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr char kService[] = "service";  // a channel's kind

// As the example configuration is written: { "name": "x", "read": ["a", "b"] }.
std::string one_line(const OrderedJson& value) {
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [name, element] : value.items()) {
    text += text.empty() ? "" : ", ";
    if (value.is_object()) text += OrderedJson(name).dump() + ": ";
    text += one_line(element);
  }
  if (value.is_array()) return "[" + text + "]";
  return text.empty() ? "{}" : "{ " + text + " }";
}

const JsonTree* member(const JsonTree& object, std::string_view name) {
  const auto found = std::ranges::find(object.members, name, &JsonTree::Member::name);
  return found != object.members.end() ? &found->value : nullptr;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// A text that is changed from its end to its beginning, so that places before the change stay right.
class Text {
 public:
  explicit Text(const std::string& text)
      : text_(text), newline_(text.find("\r\n") != std::string::npos ? "\r\n" : "\n") {}

  const std::string& get() const { return text_; }
  const std::string& newline() const { return newline_; }

  // Behind blanks, line ends and comments.
  size_t next_token(size_t at) const {
    for (;;) {
      at = std::min(text_.find_first_not_of(" \t\r\n", at), text_.size());
      if (text_.compare(at, 2, "//") == 0) {
        at = std::min(text_.find('\n', at), text_.size());
      } else if (text_.compare(at, 2, "/*") == 0) {
        at = std::min(text_.find("*/", at), text_.size() - 2) + 2;
      } else {
        return at;
      }
    }
  }

  // What stands before a place on its line; nothing where that is more than blanks.
  std::optional<std::string> indent_of(size_t at) const {
    size_t start = at;
    while (start > 0 && is_blank(text_[start - 1])) --start;
    if (start > 0 && text_[start - 1] != '\n') return std::nullopt;
    return text_.substr(start, at - start);
  }

  // Where the line of a place ends, if nothing follows there but blanks and a comment. Otherwise the place.
  size_t end_of_line(size_t at) const {
    size_t end = at;
    while (end < text_.size() && is_blank(text_[end])) ++end;
    const bool is_comment = text_.compare(end, 2, "//") == 0;
    const size_t line_end = std::min(text_.find_first_of("\r\n", end), text_.size());
    return is_comment || end == line_end ? line_end : at;
  }

  void insert(size_t at, const std::string& what) { text_.insert(at, what); }
  void replace(size_t at, size_t end, const std::string& what) { text_.replace(at, end - at, what); }
  void erase(size_t at, size_t end) { text_.erase(at, end - at); }

  // Adds an element or a member behind the last one, which begins and ends there: on a line of its own if
  // that one has it.
  void append(size_t begin, size_t end, const std::string& what) {
    const std::optional<std::string> indent = indent_of(begin);
    if (!indent) return insert(end, ", " + what);
    insert(end_of_line(end), newline_ + *indent + what);
    insert(end, ",");
  }

  // Erases it with the whole line, where it has that for itself.
  void erase_line(size_t at, size_t end) {
    const std::optional<std::string> indent = indent_of(at);
    size_t rest = end;
    while (rest < text_.size() && is_blank(text_[rest])) ++rest;
    const bool ends_line = rest == text_.size() || text_[rest] == '\n' || text_[rest] == '\r';
    if (!indent || !ends_line) return erase(at, end);
    const size_t line_end = text_.find('\n', rest);
    erase(at - indent->size(), line_end == std::string::npos ? text_.size() : line_end + 1);
  }

 private:
  std::string text_;
  std::string newline_;
};

// A configuration and the place of one of its channels.
struct Found {
  JsonTree root;
  const JsonTree* channels = nullptr;
  size_t index = 0;  // of elements.size(): there is none

  const JsonTree& channel() const { return channels->elements[index]; }
};

Found find(const std::string& text, const std::string& name) {
  Found found{parse_json(text)};
  found.channels = member(found.root, "channels");
  if (found.channels == nullptr) throw ConfigError("the configuration has no \"channels\"");
  const auto& elements = found.channels->elements;
  const auto has_name = [&](const JsonTree& channel) {
    const JsonTree* const named = member(channel, "name");
    return named != nullptr && named->value == name;
  };
  found.index = static_cast<size_t>(std::ranges::find_if(elements, has_name) - elements.begin());
  return found;
}

Found find_existing(const std::string& text, const std::string& name) {
  Found found = find(text, name);
  if (found.index == found.channels->elements.size())
    throw ConfigError("the configuration has no channel '" + name +
                      "'; shmbroker list shows those there are");
  return found;
}

// The members of an access, and what is given of each.
struct Side {
  const char* name;
  const std::optional<std::vector<std::string>>* accounts;
  bool of_service;
};
std::array<Side, 4> sides_of(const AccessChange& change) {
  return {{{"read", &change.read, false},
           {"write", &change.write, false},
           {"call", &change.call, true},
           {"serve", &change.serve, true}}};
}

OrderedJson given_access(const AccessChange& change) {
  OrderedJson json = OrderedJson::object();
  for (const Side& side : sides_of(change)) {
    if (*side.accounts) json[side.name] = **side.accounts;
  }
  return json;
}

// With the usual accounts where none are given, as where there is no access at all. What is not for this kind
// is written all the same: the parser has the words for it.
OrderedJson whole_access(const AccessChange& change, bool of_service) {
  OrderedJson json = OrderedJson::object();
  for (const Side& side : sides_of(change)) {
    if (*side.accounts) {
      json[side.name] = **side.accounts;
    } else if (side.of_service == of_service) {
      json[side.name] = {"INTERACTIVE"};
    }
  }
  return json;
}

OrderedJson json_of(const NewChannel& channel) {
  OrderedJson json = {{"name", channel.name}, {"kind", channel.kind}};
  const auto add_size = [&](const char* member, const std::string& size) {
    const bool is_number = size.find_first_not_of("0123456789") == std::string::npos && size.size() < 19;
    if (!size.empty()) json[member] = is_number ? OrderedJson(std::stoull(size)) : OrderedJson(size);
  };
  if (!channel.when_full.empty()) json["when_full"] = channel.when_full;
  add_size("capacity", channel.capacity);
  add_size("max_message", channel.max_message);
  add_size("max_request", channel.max_request);
  add_size("max_answer", channel.max_answer);
  add_size("max_calls", channel.max_calls);
  add_size("max_clients", channel.max_clients);
  if (!channel.file.empty()) json["file"] = {{"path", channel.file}};
  if (!given_access(channel.access).empty())
    json["access"] = whole_access(channel.access, channel.kind == kService);
  return json;
}

}  // namespace

bool has_channel(const std::string& text, const std::string& name) {
  const Found found = find(text, name);
  return found.index < found.channels->elements.size();
}

std::string with_channel(const std::string& text, const NewChannel& channel) {
  const Found found = find(text, channel.name);
  const auto& elements = found.channels->elements;
  if (found.index < elements.size())
    throw ConfigError("the configuration has a channel '" + channel.name + "' already");
  Text changed(text);
  const std::string added = one_line(json_of(channel));
  if (!elements.empty()) {
    changed.append(elements.back().at, elements.back().end, added);
    return changed.get();
  }
  const bool closes_at_once = changed.next_token(found.channels->at + 1) == found.channels->at + 1;
  changed.insert(found.channels->at + 1,
                 changed.newline() + "    " + added + (closes_at_once ? changed.newline() + "  " : ""));
  return changed.get();
}

std::string without_channel(const std::string& text, const std::string& name) {
  const Found found = find_existing(text, name);
  const JsonTree& channel = found.channel();
  Text changed(text);
  const size_t behind = changed.next_token(channel.end);
  size_t end = channel.end;
  if (text[behind] == ',') {
    const bool is_near = text.find_first_not_of(" \t", channel.end) == behind;
    if (!is_near) changed.erase(behind, behind + 1);
    if (is_near) end = behind + 1;
    changed.erase_line(channel.at, end);
    return changed.get();
  }
  changed.erase_line(channel.at, end);
  if (found.index > 0) {
    const size_t comma = changed.next_token(found.channels->elements[found.index - 1].end);
    changed.erase(comma, comma + 1);
  }
  return changed.get();
}

std::string with_access(const std::string& text, const std::string& name, const AccessChange& change) {
  const Found found = find_existing(text, name);
  const JsonTree* const access = member(found.channel(), "access");
  Text changed(text);
  if (access == nullptr) {
    const JsonTree* const kind = member(found.channel(), "kind");
    const bool of_service = kind != nullptr && kind->value == kService;
    const JsonTree::Member& last = found.channel().members.back();
    changed.append(last.at, last.value.end, "\"access\": " + one_line(whole_access(change, of_service)));
    return changed.get();
  }
  if (member(*access, "sddl") != nullptr) {
    throw ConfigError("the access of channel '" + name +
                      "' is an SDDL, which is not changed by accounts; edit the file");
  }
  if (access->members.empty()) {
    changed.replace(access->at, access->end, one_line(given_access(change)));
    return changed.get();
  }
  // Those that stand further behind first, so that the others' places stay right; before them all, those that
  // come behind the last member.
  const auto place = [&](const Side& side) {
    const JsonTree* const there = member(*access, side.name);
    return there != nullptr ? there->at : SIZE_MAX;
  };
  auto sides = sides_of(change);
  std::ranges::sort(sides, std::ranges::greater(), place);
  for (const Side& side : sides) {
    if (!*side.accounts) continue;
    const std::string accounts = one_line(OrderedJson(**side.accounts));
    if (const JsonTree* const there = member(*access, side.name)) {
      changed.replace(there->at, there->end, accounts);
      continue;
    }
    const std::string added = "\"" + std::string(side.name) + "\": " + accounts;
    changed.append(access->members.back().at, access->members.back().value.end, added);
  }
  return changed.get();
}

}  // namespace shmbroker::service
