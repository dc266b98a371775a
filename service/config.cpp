#include "service/config.h"

#include <set>

#include "core/channel_name.h"
#include "service/json_node.h"

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

std::vector<std::string> parse_accounts(const std::optional<Node>& node) {
  std::vector<std::string> accounts;
  if (!node) return accounts;
  for (const Node& account : node->array()) {
    accounts.push_back(account.string("an account name such as \"Users\" or \"CONTOSO\\\\bob\", or a SID"));
  }
  return accounts;
}

// Without a word about it: whoever is logged on at this machine, and nobody from the network.
AccessConfig parse_access(const std::optional<Node>& given) {
  AccessConfig access;
  if (!given) {
    access.read = access.write = {"INTERACTIVE"};
    return access;
  }
  const Node& node = given->object({"read", "write", "sddl", "low_integrity"});
  if (const auto low = node.find("low_integrity")) access.low_integrity = low->boolean();
  if (const auto sddl = node.find("sddl")) {
    if (node.find("read") || node.find("write")) node.fail("either \"sddl\", or \"read\" and \"write\"");
    access.sddl = sddl->string("a security descriptor in SDDL, such as \"D:(A;;GR;;;IU)\"");
  }
  access.read = parse_accounts(node.find("read"));
  access.write = parse_accounts(node.find("write"));
  return access;
}

FileConfig parse_file(const Node& node) {
  node.object({"path", "offset"});
  FileConfig file;
  file.path = node.at("path").string("the full path of a file");
  if (const auto offset = node.find("offset")) file.offset = offset->size(0, core::kMaxCapacity);
  return file;
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
  node.object({"name", "kind", "when_full", "capacity", "max_message", "access", "file"});
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
  channel.access = parse_access(node.find("access"));
  if (const auto file = node.find("file")) {
    if (channel.kind != core::Kind::block) file->fail("no file: only a block can have one");
    channel.file = parse_file(*file);
  }
  return channel;
}

CreateConfig parse_create(const Node& node) {
  node.object({"accounts", "also_read", "also_write", "max_channels", "max_bytes"});
  CreateConfig create;
  create.accounts = parse_accounts(node.at("accounts"));
  create.also.read = parse_accounts(node.find("also_read"));
  create.also.write = parse_accounts(node.find("also_write"));
  if (const auto most = node.find("max_channels")) create.max_channels = most->number(1, 100'000);
  if (const auto most = node.find("max_bytes")) create.max_bytes = most->size(1, core::kMaxCapacity);
  return create;
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

// What is no UTF-8 becomes U+FFFD.
std::string well_formed(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

Json parse_json(std::string_view text, const std::string& file) {
  try {
    return Json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const Json::exception& error) {  // a number like 1E999 is not among its parse errors
    // nlohmann's text begins with "[json.exception.parse_error.101] ", which helps nobody, and ends with what it has
    // just read: the bytes of a file in another encoding.
    const std::string what = well_formed(error.what());
    throw ConfigError(file + ": not valid JSON: " + what.substr(what.find("] ") + 2));
  }
}

}  // namespace

Config parse_config(std::string_view text, const std::string& file) {
  // Editors on Windows like to put a byte order mark first.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Json json = parse_json(text, file);
  const Node root(json, "", file);
  root.object({"$schema", "channels", "create", "file_folders", "at_stop", "log"});
  Config config;
  if (const auto create = root.find("create")) config.create = parse_create(*create);
  if (const auto folders = root.find("file_folders")) {
    for (const Node& folder : folders->array())
      config.file_folders.push_back(folder.string("the full path of a folder"));
  }
  if (const auto at_stop = root.find("at_stop")) {
    config.channels_end_at_stop = at_stop->choice<bool>({{"carry_on", false}, {"end", true}});
  }
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
