#include "service/config.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/channel_name.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::json;

// A value and where it stands: each step down adds to the pointer that an error will name.
class Node {
 public:
  Node(const Json& value, std::string pointer, const std::string& file)
      : value_(value), pointer_(std::move(pointer)), file_(file) {}

  [[noreturn]] void fail(const std::string& expected) const {
    std::string found = value_.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (found.size() > 60) found = found.substr(0, 57) + "...";
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

bool is_name(const std::string& utf8) {
  // JSON text is well-formed UTF-8; only the units must be counted and looked at.
  std::u16string units;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
    }
    if (code >= 0x10000) units += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
    units += static_cast<char16_t>(code >= 0x10000 ? 0xDC00 + ((code - 0x10000) & 0x3FF) : code);
    i += length;
  }
  return core::is_channel_name(units);
}

std::vector<std::string> parse_accounts(const std::optional<Node>& node) {
  std::vector<std::string> accounts;
  if (!node) return accounts;
  for (const Node& account : node->array()) {
    accounts.push_back(account.string("an account name such as \"Users\" or \"CONTOSO\\\\bob\", or a SID"));
  }
  return accounts;
}

AccessConfig parse_access(const Node& node) {
  node.object({"read", "write", "sddl"});
  AccessConfig access;
  if (const auto sddl = node.find("sddl")) {
    if (node.find("read") || node.find("write")) node.fail("either \"sddl\", or \"read\" and \"write\"");
    access.sddl = sddl->string("a security descriptor in SDDL, such as \"D:(A;;GR;;;IU)\"");
  }
  access.read = parse_accounts(node.find("read"));
  access.write = parse_accounts(node.find("write"));
  return access;
}

void parse_sizes(const Node& node, ChannelConfig& channel) {
  const uint64_t wanted = node.at("capacity").size(1, core::kMaxCapacity);
  const auto max_message = node.find("max_message");
  if (channel.kind == core::Kind::block) {
    if (max_message) max_message->fail("no max_message: a block's is its capacity");
    channel.capacity = wanted;
    channel.max_message = wanted;
    return;
  }
  const uint64_t largest = max_message ? max_message->size(0, core::largest_message(core::kMaxCapacity)) : 0;
  channel.capacity = core::ring_capacity(wanted, largest);
  channel.max_message = max_message ? largest : core::largest_message(channel.capacity);
}

ChannelConfig parse_channel(const Node& node) {
  node.object({"name", "kind", "when_full", "capacity", "max_message", "access"});
  ChannelConfig channel;
  const Node name = node.at("name");
  channel.name = name.string();
  if (!is_name(channel.name))
    name.fail("a name of 1 to 63 characters, with no backslash and no control character");
  const Node kind = node.at("kind");
  channel.kind = kind.choice<core::Kind>(
      {{"block", core::Kind::block}, {"topic", core::Kind::topic}, {"queue", core::Kind::queue}});
  if (const auto when_full = node.find("when_full")) {
    if (channel.kind != core::Kind::topic) when_full->fail("no when_full: it is for a topic alone");
    channel.when_full = static_cast<uint32_t>(when_full->choice<core::WhenFull>(
        {{"overwrite", core::WhenFull::overwrite}, {"wait", core::WhenFull::wait}}));
  } else if (channel.kind == core::Kind::topic) {
    channel.when_full = static_cast<uint32_t>(core::WhenFull::overwrite);
  }
  parse_sizes(node, channel);
  channel.access = parse_access(node.at("access"));
  return channel;
}

LogConfig parse_log(const Node& node) {
  node.object({"level", "max_size", "files"});
  LogConfig log;
  if (const auto level = node.find("level")) {
    log.level = level->choice<const char*>({{"trace", "trace"},
                                            {"debug", "debug"},
                                            {"info", "info"},
                                            {"warning", "warning"},
                                            {"error", "error"},
                                            {"off", "off"}});
  }
  if (const auto max_size = node.find("max_size")) log.max_size = max_size->size(4096, uint64_t{1} << 30);
  if (const auto files = node.find("files")) log.files = files->number(1, 100);
  return log;
}

Json parse_json(std::string_view text, const std::string& file) {
  try {
    return Json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& error) {
    // nlohmann's text begins with "[json.exception.parse_error.101] ", which helps nobody.
    const std::string what = error.what();
    throw ConfigError(file + ": not valid JSON: " + what.substr(what.find("] ") + 2));
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& file) {
  // Editors on Windows like to put a byte order mark first.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Json json = parse_json(text, file);
  const Node root(json, "", file);
  root.object({"$schema", "channels", "log"});
  Config config;
  if (const auto log = root.find("log")) config.log = parse_log(*log);
  std::set<std::string> names;
  for (const Node& node : root.at("channels").array()) {
    config.channels.push_back(parse_channel(node));
    if (!names.insert(config.channels.back().name).second)
      node.at("name").fail("a name that no other channel has");
  }
  return config;
}

}  // namespace shmbroker::service
