#include "service/commands/describe.h"

#include <nlohmann/json.hpp>

#include "service/commands/programs.h"
#include "service/commands/words.h"
#include "watch/words.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::ordered_json;

template <class State>
bool is_unavailable(const State& state) {
  return (state.flags & SHM_CHANNEL_UNAVAILABLE) != 0;
}

// What a channel's summary and its whole state have in common.
template <class State>
Json facts_of(const State& state) {
  return {{"name", win::display_utf8(state.name)},
          {"kind", watch::kind_word(state.kind)},
          {"when_full", watch::when_full_word(state.when_full)},
          {"capacity", state.capacity},
          {"max_message", state.max_message},
          {"access", watch::rights_word(state.kind, state.access)},
          {"created", (state.flags & SHM_CHANNEL_CREATED) != 0},
          {"held_up", (state.flags & SHM_CHANNEL_HELD_UP) != 0},
          {"readers", state.readers},
          {"writers", state.writers},
          {"messages", state.messages},
          {"backlog", state.backlog},
          {"recoveries", state.recoveries},
          {"denials", state.denials},
          {"unavailable", is_unavailable(state)}};
}

// Times in seconds; null: none is known.
template <class State>
Json calls_of(const State& state) {
  const auto seconds = [](uint64_t hundred_ns) {
    return hundred_ns != 0 ? Json(static_cast<double>(hundred_ns) / 1e7) : Json();
  };
  return {{"under_way", state.calls_under_way},
          {"serve_p50", seconds(state.serve_p50)},
          {"serve_p99", seconds(state.serve_p99)}};
}

Json to_json(const ShmChannelState& state) {
  Json json = facts_of(state);
  json["rights"] = win::display_utf8(state.rights);
  json["owner"] = win::display_utf8(state.owner);
  if (is_unavailable(state)) json["reason"] = win::display_utf8(state.reason);
  json["since_start"] = {{"read", state.read},
                         {"bytes_written", state.bytes_written},
                         {"bytes_read", state.bytes_read},
                         {"lost", state.lost},
                         {"waits", state.waits},
                         {"opened", state.opened},
                         {"closed", state.closed}};
  if (state.kind == SHM_SERVICE) json["calls"] = calls_of(state);
  if (state.file[0] != 0) {
    json["file"] = {{"path", win::display_utf8(state.file)},
                    {"saved", state.saved != 0 ? Json(utc_word(state.saved)) : Json()},
                    {"error", win::display_utf8(state.save_error)}};
  }
  return json;
}

Json to_json(uint32_t kind, const ShmClientState& client, Programs& programs) {
  Json json = {{"pid", client.pid},
               {"program", programs.name_of(client.pid)},
               {"account", win::display_utf8(client.account)},
               {"session", client.session == UINT32_MAX ? Json() : Json(client.session)},
               {"side", watch::side_word(kind, client.access)},
               {"messages", client.messages},
               {"bytes", client.bytes},
               {"cursor", client.cursor},
               {"lag", client.lag},
               {"lost", client.lost},
               {"waits", client.waits},
               {"loan", client.loan}};
  json["waiting"] = (client.flags & SHM_CLIENT_WAITING) != 0;
  json["blocks"] = (client.flags & SHM_CLIENT_BLOCKS) != 0;
  json["lock"] = (client.flags & SHM_CLIENT_LOCK) != 0;
  json["exclusive"] = (client.flags & SHM_CLIENT_EXCLUSIVE) != 0;
  return json;
}

}  // namespace

Json json_of(const ShmChannelSummary& channel) {
  Json json = facts_of(channel);
  if (channel.kind == SHM_SERVICE) json["calls"] = calls_of(channel);
  return json;
}

Json json_of(const watch::Inspected& watched) {
  Programs programs;
  Json json = to_json(watched.state);
  json["clients"] = Json::array();
  for (const ShmClientState& client : watched.clients)
    json["clients"].push_back(to_json(watched.state.kind, client, programs));
  return json;
}

}  // namespace shmbroker::service
