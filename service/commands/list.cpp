// list: the channels there are. show: one of them, and who has it open.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "service/commands/channel_filter.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/describe.h"
#include "service/commands/output.h"
#include "service/commands/programs.h"
#include "service/commands/trouble.h"
#include "service/commands/words.h"
#include "watch/words.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  ChannelFilter filter;
  bool json = false;
};

std::string table_of(const std::vector<ShmChannelSummary>& channels) {
  Programs programs;
  Rows rows = {
      {"CHANNEL", "KIND", "CAPACITY", "LARGEST", "READERS", "WRITERS", "MESSAGES", "YOU MAY", "HELD UP BY"}};
  for (const ShmChannelSummary& channel : channels) {
    rows.push_back({win::display_utf8(channel.name), watch::kind_word(channel.kind),
                    watch::size_word(channel.capacity), watch::size_word(channel.max_message),
                    std::to_string(channel.readers), std::to_string(channel.writers),
                    std::to_string(channel.messages), watch::rights_word(channel.kind, channel.access),
                    trouble_words(channel, programs)});
  }
  return table(rows);
}

int list(const ListOptions& options) {
  const ClientApi api;
  std::vector<ShmChannelSummary> channels = inspect_all(api);
  const bool had_some = !channels.empty();
  std::erase_if(channels, [&](const ShmChannelSummary& channel) { return !options.filter.takes(channel); });
  if (options.json) {
    Json all = Json::array();
    for (const ShmChannelSummary& channel : channels) all.push_back(json_of(channel));
    print_json(all);
  } else if (channels.empty()) {
    print(had_some ? "None of the channels that you may use is of that kind or name.\n"
                   : "There is no channel that you may use; see channels in shmbroker.json.\n");
  } else {
    std::ranges::stable_partition(channels, is_in_trouble);
    print(table_of(channels));
  }
  return 0;
}

std::string text_of(const ShmChannelState& state) {
  std::string text = win::display_utf8(state.name) + "\n";
  const auto line = [&text](const char* what, const std::string& value) {
    text += fmt::format("  {:<12} {}\n", what, value);
  };
  const std::string when_full = watch::when_full_word(state.when_full);
  line("kind", watch::kind_word(state.kind) + (when_full.empty() ? "" : ", when full: " + when_full));
  const bool is_service = state.kind == SHM_SERVICE;
  if (is_service) {
    line("sizes", "requests up to " + watch::size_word(state.max_message) + ", answers up to " +
                      watch::size_word(state.capacity));
  } else {
    line("capacity",
         watch::size_word(state.capacity) + ", messages up to " + watch::size_word(state.max_message));
  }
  if ((state.flags & SHM_CHANNEL_UNAVAILABLE) != 0) line("UNAVAILABLE", win::display_utf8(state.reason));
  line("rights", win::display_utf8(state.rights));
  line("you may", watch::rights_word(state.kind, state.access));
  line("owner", win::display_utf8(state.owner));
  if ((state.flags & SHM_CHANNEL_CREATED) != 0) {
    line("created", (state.flags & SHM_CHANNEL_KEPT) != 0 ? "by a client; kept until the service stops"
                                                          : "by a client; ends with its last handle");
  }
  if (state.file[0] != 0) {
    line("file", win::display_utf8(state.file));
    line("saved", state.saved != 0 ? utc_word(state.saved) : "not since the service's start");
    if (state.save_error[0] != 0) line("NOT SAVED", win::display_utf8(state.save_error));
  }
  line(is_service ? "calls" : "messages", std::to_string(state.messages));
  if (is_service) {
    line("under way", std::to_string(state.calls_under_way));
    line("served in",
         state.serve_p50 == 0
             ? "not known yet"
             : fmt::format("{} or less for 50 % of the last requests, {} for 99 %",
                           watch::duration_word(state.serve_p50), watch::duration_word(state.serve_p99)));
  } else if (state.kind != SHM_BLOCK) {
    line("backlog", watch::size_word(state.backlog) + ", " +
                        std::to_string(100 * state.backlog / state.capacity) + " %");
  }
  line("since start",
       fmt::format("{} written, {} messages and {} read, {} lost, {} waits, {} opened, {} closed",
                   watch::size_word(state.bytes_written), state.read, watch::size_word(state.bytes_read),
                   state.lost, state.waits, state.opened, state.closed));
  line("recoveries", std::to_string(state.recoveries));
  line("denials", std::to_string(state.denials));
  return text;
}

bool is_topic_reader(const ShmChannelState& channel, const ShmClientState& client) {
  return channel.kind == SHM_TOPIC && client.access == SHM_READ;
}

int show(const std::string& name, bool as_json) {
  const ClientApi api;
  const watch::Inspected watched = inspect(api, win::to_utf16(name).value_or(L""));
  if (as_json) {
    print_json(json_of(watched));
    return 0;
  }
  Programs programs;
  const std::string text = text_of(watched.state);
  if (watched.clients.empty()) {
    print(text + "\nNobody whom you may see has it open.\n");
    return 0;
  }
  Rows rows = {{"PROCESS", "PROGRAM", "SIDE", "MESSAGES", "BYTES", "CURSOR", "LAG", "LOST", "WAITS", "LOAN",
                "SESSION", "ACCOUNT", ""}};
  for (const ShmClientState& client : watched.clients) {
    const std::string account = client.account[0] != 0 ? win::display_utf8(client.account) : "?";
    rows.push_back({std::to_string(client.pid), programs.name_of(client.pid),
                    watch::side_word(watched.state.kind, client.access), std::to_string(client.messages),
                    watch::size_word(client.bytes),
                    is_topic_reader(watched.state, client) ? std::to_string(client.cursor) : "",
                    is_topic_reader(watched.state, client) ? watch::size_word(client.lag) : "",
                    std::to_string(client.lost), std::to_string(client.waits), std::to_string(client.loan),
                    client.session == UINT32_MAX ? "?" : std::to_string(client.session), account,
                    watch::client_words(watched.state.kind, client)});
  }
  print(text + "\n" + table(rows));
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  struct Options {
    std::string channel;
    bool json = false;
  };
  const auto list_options = std::make_shared<ListOptions>();
  auto* list_command =
      app.add_subcommand("list", "The channels that you may use, those that are held up first");
  list_options->filter.add_to(*list_command);
  list_command->add_flag("--json", list_options->json, "For scripts; in the order of their names");
  list_command->callback(
      [&action, list_options] { action = [list_options] { return list(*list_options); }; });
  const auto options = std::make_shared<Options>();

  auto* show_command = app.add_subcommand(
      "show", "One channel: what it is, who may use it, who has it open and how far each has come");
  show_command->add_option("channel", options->channel, "Its name")->required();
  show_command->add_flag("--json", options->json, "For scripts");
  show_command->footer("Administrators see all clients, others those of their own account.");
  show_command->callback(
      [&action, options] { action = [options] { return show(options->channel, options->json); }; });
}

}  // namespace shmbroker::service
