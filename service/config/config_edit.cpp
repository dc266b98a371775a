#include "service/config/config_edit.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/config/json_tree.h"

namespace shmbroker::service {
namespace {

using OrderedJson = nlohmann::ordered_json;

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

OrderedJson json_of(const NewChannel& channel) {
  OrderedJson json = {{"name", channel.name}, {"kind", channel.kind}};
  const auto add_size = [&](const char* member, const std::string& size) {
    const bool is_number = size.find_first_not_of("0123456789") == std::string::npos && size.size() < 19;
    if (!size.empty()) json[member] = is_number ? OrderedJson(std::stoull(size)) : OrderedJson(size);
  };
  if (!channel.when_full.empty()) json["when_full"] = channel.when_full;
  add_size("capacity", channel.capacity);
  add_size("max_message", channel.max_message);
  if (!channel.file.empty()) json["file"] = {{"path", channel.file}};
  if (channel.read.empty() && channel.write.empty()) return json;
  const std::vector<std::string> usual = {"INTERACTIVE"};  // as where there is no access at all
  json["access"] = {{"read", channel.read.empty() ? usual : channel.read},
                    {"write", channel.write.empty() ? usual : channel.write}};
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
  const std::vector<std::string> usual = {"INTERACTIVE"};
  if (access == nullptr) {
    const OrderedJson made = {{"read", change.read.value_or(usual)}, {"write", change.write.value_or(usual)}};
    const JsonTree::Member& last = found.channel().members.back();
    changed.append(last.at, last.value.end, "\"access\": " + one_line(made));
    return changed.get();
  }
  if (member(*access, "sddl") != nullptr) {
    throw ConfigError("the access of channel '" + name +
                      "' is an SDDL, which is not changed by accounts; edit the file");
  }
  if (access->members.empty()) {
    OrderedJson made = OrderedJson::object();
    if (change.read) made["read"] = *change.read;
    if (change.write) made["write"] = *change.write;
    changed.replace(access->at, access->end, one_line(made));
    return changed.get();
  }
  // The one that stands further behind first, so that the other's place stays right.
  struct Change {
    const char* name;
    const std::optional<std::vector<std::string>>* accounts;
    const JsonTree* there;
  };
  Change changes[] = {{"read", &change.read, member(*access, "read")},
                      {"write", &change.write, member(*access, "write")}};
  const auto place = [](const Change& each) { return each.there != nullptr ? each.there->at : SIZE_MAX; };
  if (place(changes[0]) < place(changes[1])) std::swap(changes[0], changes[1]);
  for (const Change& each : changes) {
    if (!*each.accounts) continue;
    const std::string accounts = one_line(OrderedJson(**each.accounts));
    if (each.there != nullptr) {
      changed.replace(each.there->at, each.there->end, accounts);
      continue;
    }
    const std::string added = "\"" + std::string(each.name) + "\": " + accounts;
    changed.append(access->members.back().at, access->members.back().value.end, added);
  }
  return changed.get();
}

}  // namespace shmbroker::service
