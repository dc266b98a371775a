// list: the channels there are. show: one of them, and who has it open.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/win/text.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/words.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const ShmChannelState& state) {
  return {{"name", win::display_utf8(state.name)},
          {"kind", kind_word(state.kind)},
          {"when_full", when_full_word(state.when_full)},
          {"capacity", state.capacity},
          {"max_message", state.max_message},
          {"access", rights_word(state.access)},
          {"rights", win::display_utf8(state.rights)},
          {"owner", win::display_utf8(state.owner)},
          {"created", (state.flags & SHM_CHANNEL_CREATED) != 0},
          {"readers", state.readers},
          {"writers", state.writers},
          {"messages", state.messages},
          {"backlog", state.backlog},
          {"recoveries", state.recoveries},
          {"denials", state.denials}};
}

Json to_json(const ShmClientState& client) {
  Json json = {{"pid", client.pid},
               {"account", win::display_utf8(client.account)},
               {"session", client.session == UINT32_MAX ? Json() : Json(client.session)},
               {"side", client.access == SHM_READ ? "reader" : "writer"},
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

void print(const Json& json) { std::puts(json.dump(2).c_str()); }

int list(bool as_json) {
  const ClientApi api;
  Rows rows = {{"CHANNEL", "KIND", "CAPACITY", "LARGEST", "READERS", "WRITERS", "MESSAGES", "YOU MAY"}};
  Json all = Json::array();
  for (const ShmInfo& info : list_channels(api)) {
    const auto watched = inspect_listed(api, info.name);
    if (!watched) continue;
    const ShmChannelState& state = watched->state;
    all.push_back(to_json(state));
    rows.push_back({win::display_utf8(state.name), kind_word(state.kind), size_word(state.capacity),
                    size_word(state.max_message), std::to_string(state.readers),
                    std::to_string(state.writers), std::to_string(state.messages),
                    rights_word(state.access)});
  }
  if (as_json) {
    print(all);
  } else if (rows.size() == 1) {
    std::puts("There is no channel that you may use; see channels in shmbroker.json.");
  } else {
    std::fputs(table(rows).c_str(), stdout);
  }
  return 0;
}

void print(const ShmChannelState& state) {
  const auto line = [](const char* what, const std::string& value) {
    std::printf("  %-12s %s\n", what, value.c_str());
  };
  const std::string when_full = when_full_word(state.when_full);
  std::printf("%s\n", win::display_utf8(state.name).c_str());
  line("kind", kind_word(state.kind) + (when_full.empty() ? "" : ", when full: " + when_full));
  line("capacity", size_word(state.capacity) + ", messages up to " + size_word(state.max_message));
  line("rights", win::display_utf8(state.rights));
  line("you may", rights_word(state.access));
  line("owner", win::display_utf8(state.owner));
  if ((state.flags & SHM_CHANNEL_CREATED) != 0) {
    line("created", (state.flags & SHM_CHANNEL_KEPT) != 0 ? "by a client; kept until the service stops"
                                                          : "by a client; ends with its last handle");
  }
  if ((state.flags & SHM_CHANNEL_FILE) != 0) line("file", "its value is kept in one");
  line("messages", std::to_string(state.messages));
  if (state.kind != SHM_BLOCK) {
    line("backlog",
         size_word(state.backlog) + ", " + std::to_string(100 * state.backlog / state.capacity) + " %");
  }
  line("recoveries", std::to_string(state.recoveries));
  line("denials", std::to_string(state.denials));
}

bool is_topic_reader(const ShmChannelState& channel, const ShmClientState& client) {
  return channel.kind == SHM_TOPIC && client.access == SHM_READ;
}

int show(const std::string& name, bool as_json) {
  const ClientApi api;
  const Watched watched = inspect(api, win::to_utf16(name).value_or(L""));
  if (as_json) {
    Json json = to_json(watched.state);
    json["clients"] = Json::array();
    for (const ShmClientState& client : watched.clients) json["clients"].push_back(to_json(client));
    print(json);
    return 0;
  }
  print(watched.state);
  if (watched.clients.empty()) {
    std::puts("\nNobody whom you may see has it open.");
    return 0;
  }
  Rows rows = {{"PROCESS", "SIDE", "MESSAGES", "BYTES", "CURSOR", "LAG", "LOST", "WAITS", "LOAN", "SESSION",
                "ACCOUNT", ""}};
  for (const ShmClientState& client : watched.clients) {
    const std::string account = client.account[0] != 0 ? win::display_utf8(client.account) : "?";
    rows.push_back({std::to_string(client.pid), client.access == SHM_READ ? "reader" : "writer",
                    std::to_string(client.messages), size_word(client.bytes),
                    is_topic_reader(watched.state, client) ? std::to_string(client.cursor) : "",
                    is_topic_reader(watched.state, client) ? size_word(client.lag) : "",
                    std::to_string(client.lost), std::to_string(client.waits), std::to_string(client.loan),
                    client.session == UINT32_MAX ? "?" : std::to_string(client.session), account,
                    client_words(client.flags)});
  }
  std::printf("\n%s", table(rows).c_str());
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  struct Options {
    std::string channel;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  auto* list_command = app.add_subcommand("list", "The channels that you may use");
  list_command->add_flag("--json", options->json, "For scripts");
  list_command->callback([&action, options] { action = [options] { return list(options->json); }; });

  auto* show_command = app.add_subcommand(
      "show", "One channel: what it is, who may use it, who has it open and how far each has come");
  show_command->add_option("channel", options->channel, "Its name")->required();
  show_command->add_flag("--json", options->json, "For scripts");
  show_command->footer("Administrators see all clients, others those of their own account.");
  show_command->callback(
      [&action, options] { action = [options] { return show(options->channel, options->json); }; });
}

}  // namespace shmbroker::service
