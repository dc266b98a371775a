#include "service/config/config.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include "core/call_layout.h"
#include "core/visible_text.h"
#include "protocol/channel_name.h"
#include "service/config/encoding.h"
#include "service/config/json_node.h"

namespace shmbroker::service {
namespace {

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

std::string parse_account(const JsonNode& node) {
  return node.plain_string("an account name such as \"Users\" or \"CONTOSO\\\\bob\", or a SID");
}
std::vector<std::string> parse_accounts(const JsonNode& node) { return node.each(parse_account); }
std::string parse_folder(const JsonNode& node) { return node.plain_string("the full path of a folder"); }
std::string parse_sddl(const JsonNode& node) {
  return node.string("a security descriptor in SDDL, such as \"D:(A;;GR;;;IU)\"");
}
uint64_t parse_capacity(const JsonNode& node) { return node.size(1, core::kMaxCapacity); }

std::string parse_name(const JsonNode& node) {
  const std::string name = node.string();
  if (!is_name(name)) node.fail(std::string("a name of ") + core::kNameRule);
  return name;
}

// Without a word about it: whoever is logged on at this machine, and nobody from the network.
AccessConfig default_access(bool of_service) {
  return {.read = {"INTERACTIVE"}, .write = {"INTERACTIVE"}, .of_service = of_service};
}

void refuse_members(const JsonNode& node, std::initializer_list<const char*> names, const char* why) {
  for (const char* name : names) {
    node.member(name,
                [&](const JsonNode& given) -> int { given.fail(std::string("no ") + name + ": " + why); });
  }
}

// What the access of every kind may have. The members of others are known as well, and refused with the
// reason.
AccessConfig parse_any_access(const JsonNode& node) {
  node.object({"read", "write", "call", "serve", "sddl", "low_integrity"});
  AccessConfig access;
  access.low_integrity =
      node.member("low_integrity", [](const JsonNode& low) { return low.boolean(); }).value_or(false);
  return access;
}

AccessConfig parse_access(const JsonNode& node) {
  AccessConfig access = parse_any_access(node);
  refuse_members(node, {"call", "serve"}, "it is for a service alone");
  if (node.has("sddl") && (node.has("read") || node.has("write")))
    node.fail("either \"sddl\", or \"read\" and \"write\"");
  access.sddl = node.member("sddl", parse_sddl).value_or("");
  const auto read = node.member("read", parse_accounts);
  const auto write = node.member("write", parse_accounts);
  if (read) access.read = *read;
  if (write) access.write = *write;
  if (!node.has("sddl") && access.read.empty() && (read || !node.has("read")))
    node.warn("nobody but administrators may read this channel");
  return access;
}

// Who may serve has the right that is reading in other kinds, and who may call the one that is writing.
AccessConfig parse_service_access(const JsonNode& node) {
  AccessConfig access = parse_any_access(node);
  access.of_service = true;
  refuse_members(node, {"read", "write", "sddl"}, "of a service, say call and serve");
  access.read = node.member("serve", parse_accounts).value_or(access.read);
  access.write = node.member("call", parse_accounts).value_or(access.write);
  if (access.read.empty()) node.warn("nobody but administrators may serve this channel");
  return access;
}

FileConfig parse_block_file(const JsonNode& node) {
  node.object({"path", "offset"});
  FileConfig file;
  file.path =
      node.needed("path", [](const JsonNode& path) { return path.plain_string("the full path of a file"); })
          .value_or("");
  file.offset =
      node.member("offset", [](const JsonNode& offset) { return offset.size(0, core::kMaxCapacity); });
  return file;
}

core::Kind parse_kind(const JsonNode& node) {
  return node.choice<core::Kind>({{"block", core::Kind::block},
                                  {"topic", core::Kind::topic},
                                  {"queue", core::Kind::queue},
                                  {"service", core::Kind::service}});
}

// The capacity as it was asked for becomes what the memory will have.
void parse_block_sizes(const JsonNode& node, ChannelConfig& channel) {
  channel.max_message = channel.capacity;
  refuse_members(node, {"max_message"}, "a block's is its capacity");
}

void parse_ring_sizes(const JsonNode& node, ChannelConfig& channel) {
  const uint64_t wanted = channel.capacity;
  const auto largest = node.member("max_message", [&](const JsonNode& max_message) {
    const uint64_t bytes = max_message.size(0, core::largest_message(core::kMaxCapacity));
    const uint64_t enlarged = core::ring_capacity(wanted, bytes);
    if (enlarged > core::ring_capacity(wanted, 0))
      max_message.warn("makes the channel larger than its capacity: " + std::to_string(enlarged) + " bytes");
    return bytes;
  });
  channel.capacity = core::ring_capacity(wanted, largest.value_or(0));
  channel.max_message = largest ? *largest : core::largest_message(channel.capacity);
}

// A request or an answer of no bytes is one.
void parse_service_sizes(const JsonNode& node, ChannelConfig& channel) {
  const auto bytes = [](const JsonNode& given) { return given.size(0, core::kMaxCallBytes); };
  const auto number = [&](const char* name, uint64_t most, uint64_t usual) {
    return static_cast<uint32_t>(
        node.member(name, [most](const JsonNode& given) { return given.number(1, most); }).value_or(usual));
  };
  channel.max_message = node.member("max_request", bytes).value_or(kUsualCallBytes);
  channel.capacity = node.member("max_answer", bytes).value_or(kUsualCallBytes);
  channel.calls = number("max_calls", core::kMaxCalls, kUsualCalls);
  channel.clients = number("max_clients", core::kMaxClients, kUsualClients);
}

uint32_t parse_when_full(const JsonNode& node) {
  return static_cast<uint32_t>(node.choice<core::WhenFull>(
      {{"overwrite", core::WhenFull::overwrite}, {"wait", core::WhenFull::wait}}));
}

// What each kind alone may have.
void parse_kinds_own(const JsonNode& node, ChannelConfig& channel) {
  if (channel.kind == core::Kind::block) {
    parse_block_sizes(node, channel);
    channel.file = node.member("file", parse_block_file);
  } else {
    if (channel.kind == core::Kind::service) {
      parse_service_sizes(node, channel);
      refuse_members(node, {"capacity", "max_message"}, "a service has max_request and max_answer");
    } else {
      parse_ring_sizes(node, channel);
    }
    refuse_members(node, {"file"}, "only a block can have one");
  }
  if (channel.kind != core::Kind::service) {
    refuse_members(node, {"max_request", "max_answer", "max_calls", "max_clients"},
                   "it is for a service alone");
  }
  const auto when_full = node.member("when_full", [&](const JsonNode& given) {
    if (channel.kind != core::Kind::topic) given.fail("no when_full: it is for a topic alone");
    return parse_when_full(given);
  });
  if (channel.kind == core::Kind::topic)
    channel.when_full = when_full.value_or(static_cast<uint32_t>(core::WhenFull::overwrite));
}

ChannelConfig parse_channel(const JsonNode& node) {
  node.object({"name", "kind", "when_full", "capacity", "max_message", "max_request", "max_answer",
               "max_calls", "max_clients", "access", "file"});
  ChannelConfig channel;
  channel.name = node.needed("name", parse_name).value_or("");
  const auto kind = node.needed("kind", parse_kind);
  const bool is_service = kind == core::Kind::service;
  if (!is_service) channel.capacity = node.needed("capacity", parse_capacity).value_or(1);
  if (kind) {
    channel.kind = *kind;
    parse_kinds_own(node, channel);
  }
  const auto access = node.member("access", is_service ? parse_service_access : parse_access);
  channel.access = node.has("access") ? access.value_or(AccessConfig()) : default_access(is_service);
  return channel;
}

CreateConfig parse_create(const JsonNode& node) {
  node.object(
      {"accounts", "also_read", "also_write", "also_call", "also_serve", "max_channels", "max_bytes"});
  CreateConfig create;
  const std::vector<std::string> nobody;
  create.accounts = node.needed("accounts", parse_accounts).value_or(nobody);
  create.also.read = node.member("also_read", parse_accounts).value_or(nobody);
  create.also.write = node.member("also_write", parse_accounts).value_or(nobody);
  create.also_of_service.read = node.member("also_serve", parse_accounts).value_or(nobody);
  create.also_of_service.write = node.member("also_call", parse_accounts).value_or(nobody);
  const auto most = [&](const char* name, auto read, uint64_t usual) {
    return node.member(name, read).value_or(usual);
  };
  create.max_channels = most(
      "max_channels", [](const JsonNode& given) { return given.number(1, 100'000); }, create.max_channels);
  create.max_bytes = most("max_bytes", parse_capacity, create.max_bytes);
  return create;
}

SlotsConfig parse_slots(const JsonNode& node) {
  node.object({"max_per_account", "reserved_for_administrators"});
  SlotsConfig slots;
  const auto number = [&](const char* name, uint64_t least, uint64_t most, uint64_t usual) {
    return node.member(name, [&](const JsonNode& given) { return given.number(least, most); })
        .value_or(usual);
  };
  slots.max_per_account = number("max_per_account", 1, core::kMaxReaders, slots.max_per_account);
  slots.reserved_for_administrators =
      number("reserved_for_administrators", 0, core::kMaxReaders - 1, slots.reserved_for_administrators);
  return slots;
}

LogConfig parse_log(const JsonNode& node) {
  node.object({"level", "max_size", "files", "held_up_after"});
  LogConfig log;
  const auto level = node.member("level", [](const JsonNode& given) {
    return given.choice<const char*>({{"trace", "trace"},
                                      {"debug", "debug"},
                                      {"info", "info"},
                                      {"warning", "warning"},
                                      {"error", "error"},
                                      {"off", "off"}});
  });
  if (level) log.level = *level;
  const auto max_size =
      node.member("max_size", [](const JsonNode& given) { return given.size(4096, uint64_t{1} << 30); });
  const auto files = node.member("files", [](const JsonNode& given) { return given.number(1, 100); });
  log.max_size = max_size.value_or(log.max_size);
  log.files = files.value_or(log.files);
  log.held_up_after =
      node.member("held_up_after", [](const JsonNode& given) { return given.number(0, 86'400); })
          .value_or(log.held_up_after);
  return log;
}

bool parse_at_stop(const JsonNode& node) { return node.choice<bool>({{"carry_on", false}, {"end", true}}); }

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return text;
}

// others: the channels of other files.
std::vector<ChannelConfig> parse_channels(const JsonNode& node, const std::vector<ChannelConfig>& others) {
  std::set<std::string> names;
  std::map<std::string, std::string> first;  // of those that differ by case alone
  for (const ChannelConfig& other : others) {
    names.insert(other.name);
    first.emplace(in_lower_case(other.name), other.name);
  }
  return node.each([&](const JsonNode& each) {
    ChannelConfig channel = parse_channel(each);
    channel.place = each.place();
    channel.pointer = each.pointer();
    if (channel.name.empty()) return channel;  // the report has it
    const auto [other, is_first] = first.emplace(in_lower_case(channel.name), channel.name);
    each.member("name", [&, other = other, is_first = is_first](const JsonNode& name) {
      if (!names.insert(channel.name).second) name.fail("a name that no other channel has");
      if (!is_first) name.warn("differs from '" + other->second + "' by case alone");
      return true;
    });
    return channel;
  });
}

void parse_root(const JsonNode& root, Config& config) {
  root.object({"$schema", "channels", "create", "slots", "file_folders", "at_stop", "log"});
  config.create = root.member("create", parse_create).value_or(CreateConfig());
  config.slots = root.member("slots", parse_slots).value_or(SlotsConfig());
  const auto folders =
      root.member("file_folders", [](const JsonNode& node) { return node.each(parse_folder); });
  if (folders) config.file_folders = *folders;
  config.channels_end_at_stop = root.member("at_stop", parse_at_stop).value_or(false);
  config.log = root.member("log", parse_log).value_or(LogConfig());
  auto channels = root.needed("channels", [](const JsonNode& node) { return parse_channels(node, {}); });
  if (channels) config.channels = std::move(*channels);
}

void parse_part(const JsonNode& root, Config& config) {
  root.object({"$schema", "channels"});
  auto channels =
      root.needed("channels", [&](const JsonNode& node) { return parse_channels(node, config.channels); });
  if (!channels) return;
  config.channels.insert(config.channels.end(), std::make_move_iterator(channels->begin()),
                         std::make_move_iterator(channels->end()));
}

// Has read() take what a file says. Throws ConfigError. Returns the warnings.
template <class Read>
std::vector<std::string> parse_file(std::string_view bytes, const std::string& file, Read&& read) {
  std::string text;
  JsonTree tree;
  try {
    text = utf8_text(bytes);
    tree = parse_json(text);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(file + ": " + error.what());
  } catch (const JsonSyntaxError& error) {
    const std::string place = ConfigReport(file, text).whole_place_of(error.at());
    throw ConfigError(place + ": not valid JSON: " + core::visible_utf8(error.what(), core::Shown::name));
  }
  ConfigReport report(file, text);
  try {
    read(JsonNode(tree, "", report));
  } catch (const Unusable&) {
    // The report has it.
  }
  return report.finish();
}

}  // namespace

core::Geometry geometry_of(const ChannelConfig& config) {
  core::Geometry geometry;
  geometry.kind = config.kind;
  geometry.when_full = config.when_full;
  geometry.capacity = config.capacity;
  geometry.max_message = config.max_message;
  geometry.calls = config.calls;
  geometry.clients = config.clients;
  return geometry;
}

Config parse_config(std::string_view bytes, const std::string& file) {
  Config config;
  config.warnings = parse_file(bytes, file, [&](const JsonNode& root) { parse_root(root, config); });
  return config;
}

void add_channels(std::string_view bytes, const std::string& file, Config& config) {
  const auto warnings = parse_file(bytes, file, [&](const JsonNode& root) { parse_part(root, config); });
  config.warnings.insert(config.warnings.end(), warnings.begin(), warnings.end());
}

}  // namespace shmbroker::service
