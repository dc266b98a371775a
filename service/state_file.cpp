#include "service/state_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/crash_point.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::json;

Json to_json(const State::Known& known) {
  Json json = {{"instance", known.instance.words}};
  if (!known.created) return json;
  const ChannelConfig& created = *known.created;
  json["created"] = {{"kind", static_cast<uint32_t>(created.kind)},
                     {"when_full", created.when_full},
                     {"capacity", created.capacity},
                     {"max_message", created.max_message},
                     {"creator", created.creator},
                     {"keep", created.keep}};
  return json;
}

// Throws nlohmann's exceptions where something is missing or of another type.
State::Known known_from(const std::string& name, const Json& json) {
  State::Known known;
  json.at("instance").get_to(known.instance.words);
  const auto found = json.find("created");
  if (found == json.end()) return known;
  ChannelConfig created;
  created.name = name;
  created.kind = static_cast<core::Kind>(found->at("kind").get<uint32_t>());
  found->at("when_full").get_to(created.when_full);
  found->at("capacity").get_to(created.capacity);
  found->at("max_message").get_to(created.max_message);
  found->at("creator").get_to(created.creator);
  found->at("keep").get_to(created.keep);
  known.created = created;
  return known;
}

// Whoever has the old file open for a moment, a virus scanner or a backup, must not cost a channel or a start.
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
  try {
    const Json json = Json::parse(stream);
    for (const auto& [name, channel] : json.at("channels").items())
      state.channels[name] = known_from(name, channel);
    for (const Json& keeper : json.at("keepers"))
      state.keepers.push_back({keeper.at("pid"), keeper.at("created")});
  } catch (const Json::exception&) {
    return {};
  }
  return state;
}

void save_state(const std::filesystem::path& file, const State& state) {
  Json json = {{"channels", Json::object()}, {"keepers", Json::array()}};
  for (const auto& [name, known] : state.channels) json["channels"][name] = to_json(known);
  for (const Client& keeper : state.keepers)
    json["keepers"].push_back({{"pid", keeper.pid}, {"created", keeper.created}});
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
