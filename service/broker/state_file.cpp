#include "service/broker/state_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/crash_point.h"
#include "service/support/error.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::json;

Json to_json(const State::Known& known) {
  const ChannelConfig& config = known.config;
  Json json = {{"instance", known.instance.words},
               {"layout", known.layout},
               {"kind", static_cast<uint32_t>(config.kind)},
               {"when_full", config.when_full},
               {"capacity", config.capacity},
               {"max_message", config.max_message}};
  if (config.kind == core::Kind::service) {
    json["calls"] = config.calls;
    json["clients"] = config.clients;
  }
  if (!config.creator.empty()) json["created"] = {{"creator", config.creator}, {"keep", config.keep}};
  return json;
}

// A channel as its entry in the file says. Throws nlohmann's exceptions where something is missing or of
// another type.
State::Known known_from(const std::string& name, const Json& json) {
  State::Known known;
  json.at("instance").get_to(known.instance.words);
  json.at("layout").get_to(known.layout);
  known.config.name = name;
  known.config.kind = static_cast<core::Kind>(json.at("kind").get<uint32_t>());
  json.at("when_full").get_to(known.config.when_full);
  json.at("capacity").get_to(known.config.capacity);
  json.at("max_message").get_to(known.config.max_message);
  known.config.calls = json.value("calls", 0u);
  known.config.clients = json.value("clients", 0u);
  const auto created = json.find("created");
  if (created == json.end()) return known;
  created->at("creator").get_to(known.config.creator);
  created->at("keep").get_to(known.config.keep);
  return known;
}

// As files of versions before 0.2 say it: of the memory, no more than which it is.
State::Known old_known_from(const std::string& name, const Json& json) {
  constexpr uint32_t kLayoutOfThen = 4;
  State::Known known;
  json.at("instance").get_to(known.instance.words);
  known.config.name = name;
  known.layout = kLayoutOfThen;
  if (const auto created = json.find("created"); created != json.end())
    created->at("creator").get_to(known.config.creator);
  return known;
}

// A virus scanner or a backup may have the old file open for a moment: that must not cost a channel or a
// start.
bool replace(const std::filesystem::path& file, const std::filesystem::path& next) {
  constexpr int kTries = 20;
  constexpr DWORD kPause = 5;  // milliseconds; others wait for the broker meanwhile
  for (int i = 1;; ++i) {
    if (MoveFileExW(next.c_str(), file.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
      return true;
    const DWORD error = GetLastError();
    if (i == kTries || (error != ERROR_SHARING_VIOLATION && error != ERROR_ACCESS_DENIED)) return false;
    Sleep(kPause);
  }
}

}  // namespace

State load_state(const std::filesystem::path& file) {
  std::ifstream stream(file);
  State state;
  const auto each = [](const Json& list, const char* member, auto take) {
    const auto found = list.find(member);
    if (found == list.end()) return;
    for (const auto& [name, entry] : found->items()) {
      try {
        take(name, entry);
      } catch (const Json::exception&) {
        // The others are worth as much without it.
      }
    }
  };
  const Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return state;
  each(json, "channels", [&](const std::string& name, const Json& entry) {
    state.channels[name] = entry.contains("layout") ? known_from(name, entry) : old_known_from(name, entry);
  });
  each(json, "keepers", [&](const std::string&, const Json& entry) {
    state.keepers.push_back({entry.at("pid"), entry.at("created")});
  });
  each(json, "accounts", [&](const std::string& account, const Json& processes) {
    for (const Json& process : processes)
      state.accounts[{process.at("pid"), process.at("created")}] = win::to_utf16(account).value_or(L"");
  });
  return state;
}

void save_state(const std::filesystem::path& file, const State& state) {
  Json json = {{"channels", Json::object()}, {"keepers", Json::array()}};
  for (const auto& [name, known] : state.channels) json["channels"][name] = to_json(known);
  for (const Client& keeper : state.keepers)
    json["keepers"].push_back({{"pid", keeper.pid}, {"created", keeper.created}});
  for (const auto& [client, account] : state.accounts)
    json["accounts"][win::display_utf8(account)].push_back(
        {{"pid", client.pid}, {"created", client.created}});
  std::filesystem::path next = file;
  next += L".new";
  {
    std::ofstream stream(next, std::ios::trunc);
    stream << json.dump(2) << '\n';
    if (!stream.flush()) throw Error("cannot write " + win::display_utf8(next.wstring()));
  }
  SHM_CRASH_POINT("state.written");
  if (!replace(file, next)) {
    throw win32_error("cannot replace " + win::display_utf8(file.wstring()));
  }
}

}  // namespace shmbroker::service
